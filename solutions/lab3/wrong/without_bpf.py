# wrong: Counts what it finds in a directory, and loads no BPF program.
# loses: 3.5 fail, 3.6 blocked
# says: no BPF program

"""Show the number of directories made since the start, whenever it changes, until Ctrl-C."""

import time
from pathlib import Path

start = len(list(Path("/tmp").iterdir()))
shown = None
try:
    while True:
        count = len(list(Path("/tmp").iterdir())) - start
        if count != shown:
            shown = count
            print(f"Nombre de dossier(s) : {shown}", flush=True)
        time.sleep(0.1)
except KeyboardInterrupt:
    pass

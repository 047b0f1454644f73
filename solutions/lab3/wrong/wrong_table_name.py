# wrong: The table is called compteur.
# loses: 3.5 error, 3.6 blocked
# says: has no table named counter

"""Show the number of directories made since the start, whenever it changes, until Ctrl-C."""

import time
from pathlib import Path

from bcc import BPF

b = BPF(src_file=str(Path(__file__).with_name("counter.c")))

shown = None
try:
    while True:
        for _key, value in b["counter"].items():
            if value.value != shown:
                shown = value.value
                print(f"Nombre de dossier(s) : {shown}", flush=True)
        time.sleep(0.1)
except KeyboardInterrupt:
    pass

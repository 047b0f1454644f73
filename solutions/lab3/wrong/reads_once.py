# wrong: Reads the table once, before the loop.
# loses: 3.5 fail, 3.6 blocked
# says: Read the table again

"""Show the number of directories made since the start, whenever it changes, until Ctrl-C."""

import time
from pathlib import Path

from bcc import BPF

b = BPF(src_file=str(Path(__file__).with_name("counter.c")))

counts = b["compteur"].items()
shown = None
try:
    while True:
        for _key, value in counts:
            if value.value != shown:
                shown = value.value
                print(f"Nombre de dossier(s) : {shown}", flush=True)
        time.sleep(0.1)
except KeyboardInterrupt:
    pass

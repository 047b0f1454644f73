# right: Looks at the table every second.

"""Show the number of directories made since the start, whenever it changes, until Ctrl-C."""

import time
from pathlib import Path

from bcc import BPF

b = BPF(src_file=str(Path(__file__).with_name("counter.c")))

shown = None
try:
    while True:
        for _key, value in b["compteur"].items():
            if value.value != shown:
                shown = value.value
                print(f"Nombre de dossier(s) : {shown}", flush=True)
        time.sleep(1)
except KeyboardInterrupt:
    pass

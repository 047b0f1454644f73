# wrong: Clears the table after each look, so that the count starts again.
# loses: 3.5 fail
# says: neither clear it nor write to it

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
        b["compteur"].clear()
        time.sleep(0.1)
except KeyboardInterrupt:
    pass

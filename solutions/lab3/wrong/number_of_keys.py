# wrong: Prints how many keys the table has, which is one.
# loses: 3.5 fail
# says: print the count when it is new

"""Show the number of directories made since the start, whenever it changes, until Ctrl-C."""

import time
from pathlib import Path

from bcc import BPF

b = BPF(src_file=str(Path(__file__).with_name("counter.c")))

shown = None
try:
    while True:
        count = len(b["compteur"])
        if count != shown:
            shown = count
            print(f"Nombre de dossier(s) : {shown}", flush=True)
        time.sleep(0.1)
except KeyboardInterrupt:
    pass

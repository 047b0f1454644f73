# wrong: Reads key 0 before there is one: a KeyError at the start.
# loses: 3.5 error, 3.6 blocked
# says: has no entry for this key

"""Show the number of directories made since the start, whenever it changes, until Ctrl-C."""

import ctypes
import time
from pathlib import Path

from bcc import BPF

b = BPF(src_file=str(Path(__file__).with_name("counter.c")))

shown = None
try:
    while True:
        count = b["compteur"][ctypes.c_ulonglong(0)].value
        if count != shown:
            shown = count
            print(f"Nombre de dossier(s) : {shown}", flush=True)
        time.sleep(0.1)
except KeyboardInterrupt:
    pass

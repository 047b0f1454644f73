# right: Reads key 0, and takes a missing key for zero.

"""Show the number of directories made since the start, whenever it changes, until Ctrl-C."""

import ctypes
import time
from pathlib import Path

from bcc import BPF

b = BPF(src_file=str(Path(__file__).with_name("counter.c")))


def count():
    try:
        return b["compteur"][ctypes.c_ulonglong(0)].value
    except KeyError:
        return 0


shown = 0
try:
    while True:
        if count() != shown:
            shown = count()
            print(shown, flush=True)
        time.sleep(0.2)
except KeyboardInterrupt:
    pass

# wrong: The key of a BCC table is a ctypes object, not an int.
# loses: 3.5 error, 3.6 blocked
# says: The key is a Python int

"""Show the number of directories made since the start, whenever it changes, until Ctrl-C."""

import time
from pathlib import Path

from bcc import BPF

b = BPF(src_file=str(Path(__file__).with_name("counter.c")))

try:
    while True:
        print(b["compteur"][0].value, flush=True)
        time.sleep(0.5)
except KeyboardInterrupt:
    pass

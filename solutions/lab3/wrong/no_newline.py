# wrong: Prints all counts on one line.
# loses: 3.5 fail, 3.6 blocked
# says: does not end the line

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
                print(shown, end=" ", flush=True)
        time.sleep(0.05)
except KeyboardInterrupt:
    pass

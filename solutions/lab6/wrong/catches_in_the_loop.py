# wrong: Catches KeyboardInterrupt inside the loop, and goes on.
# loses: 6.7 timeout
# says: catch it around the loop, not inside

"""Show each second how long the mkdirs of that second took, until Ctrl-C."""

import time
from pathlib import Path

from bcc import BPF

b = BPF(src_file=str(Path(__file__).with_name("latence.c")))
print("Timing mkdir. Ctrl-C ends.")

while True:
    try:
        time.sleep(1)
        b["dist"].print_log2_hist("usecs")
        b["dist"].clear()
    except KeyboardInterrupt:
        print("Bye")

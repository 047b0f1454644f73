# wrong: Prints the numbers of the buckets, and not what they stand for.
# loses: 6.6 fail
# says: print_log2_hist

"""Show each second how long the mkdirs of that second took, until Ctrl-C."""

import time
from pathlib import Path

from bcc import BPF

b = BPF(src_file=str(Path(__file__).with_name("latence.c")))
print("Timing mkdir. Ctrl-C ends.")

try:
    while True:
        time.sleep(1)
        b["dist"].print_linear_hist("usecs")
        b["dist"].clear()
except KeyboardInterrupt:
    pass

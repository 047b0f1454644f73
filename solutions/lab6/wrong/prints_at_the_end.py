# wrong: Prints one histogram, on Ctrl-C.
# loses: 6.6 fail, 6.7 blocked
# says: printed nothing

"""Show each second how long the mkdirs of that second took, until Ctrl-C."""

import time
from pathlib import Path

from bcc import BPF

b = BPF(src_file=str(Path(__file__).with_name("latence.c")))
print("Timing mkdir. Ctrl-C ends.")

try:
    while True:
        time.sleep(1)
except KeyboardInterrupt:
    b["dist"].print_log2_hist("usecs")

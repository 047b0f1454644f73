# wrong: Ends on Ctrl-C with a message and status 1.
# loses: 6.7 fail
# says: with status 1

"""Show each second how long the mkdirs of that second took, until Ctrl-C."""

import sys
import time
from pathlib import Path

from bcc import BPF

b = BPF(src_file=str(Path(__file__).with_name("latence.c")))
print("Timing mkdir. Ctrl-C ends.")

try:
    while True:
        time.sleep(1)
        b["dist"].print_log2_hist("usecs")
        b["dist"].clear()
except KeyboardInterrupt:
    sys.exit("interrupted")

# wrong: Prints one histogram, and no other one.
# loses: 6.6 fail
# says: does not show each mkdir

"""Show each second how long the mkdirs of that second took, until Ctrl-C."""

import time
from pathlib import Path

from bcc import BPF

b = BPF(src_file=str(Path(__file__).with_name("latence.c")))
print("Timing mkdir. Ctrl-C ends.")

shown = False
try:
    while True:
        time.sleep(1)
        if not shown and any(count.value for count in b["dist"].values()):
            b["dist"].print_log2_hist("usecs")
            shown = True
        b["dist"].clear()
except KeyboardInterrupt:
    pass

# right: Clears the table, sleeps, and prints what came meanwhile.

"""Show each second how long the mkdirs of that second took, until Ctrl-C."""

import time
from pathlib import Path

from bcc import BPF

b = BPF(src_file=str(Path(__file__).with_name("latence.c")))
print("Timing mkdir. Ctrl-C ends.")

try:
    while True:
        b["dist"].clear()
        time.sleep(1)
        print(time.strftime("%H:%M:%S"))
        b["dist"].print_log2_hist("usecs")
except KeyboardInterrupt:
    pass

"""Show each second how long the mkdirs of that second took, until Ctrl-C."""

# BEGIN SOLUTION 6.6 6.7
# | # TODO 6.6: load latence.c, which lies beside this file. Each second or so print the histogram
# | # dist with the label usecs, then clear it.
# |
# | # TODO 6.7: end without a traceback on Ctrl-C.
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
    pass
# END SOLUTION

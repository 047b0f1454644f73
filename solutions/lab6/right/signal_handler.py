# right: A handler for SIGINT that ends the script, which prints every two seconds.

"""Show each second how long the mkdirs of that second took, until Ctrl-C."""

import signal
import sys
import time
from pathlib import Path

from bcc import BPF

b = BPF(src_file=str(Path(__file__).with_name("latence.c")))
print("Timing mkdir. Ctrl-C ends.")

signal.signal(signal.SIGINT, lambda signum, frame: sys.exit(0))

while True:
    time.sleep(2)
    b["dist"].print_log2_hist("usecs", strip_leading_zero=True)
    b["dist"].clear()

# wrong: Ignores SIGINT to be rid of the traceback: never ends.
# loses: 6.7 timeout
# says: SIGINT switched off

"""Show each second how long the mkdirs of that second took, until Ctrl-C."""

import signal
import time
from pathlib import Path

from bcc import BPF

b = BPF(src_file=str(Path(__file__).with_name("latence.c")))
print("Timing mkdir. Ctrl-C ends.")
signal.signal(signal.SIGINT, signal.SIG_IGN)

while True:
    time.sleep(1)
    b["dist"].print_log2_hist("usecs")
    b["dist"].clear()

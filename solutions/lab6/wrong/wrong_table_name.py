# wrong: Asks for a table that there is not.
# loses: 6.6 error, 6.7 blocked
# says: debuts

"""Show each second how long the mkdirs of that second took, until Ctrl-C."""

import time
from pathlib import Path

from bcc import BPF

b = BPF(src_file=str(Path(__file__).with_name("latence.c")))
print("Timing mkdir. Ctrl-C ends.")

try:
    while True:
        time.sleep(1)
        b["debuts"].print_log2_hist("usecs")
        b["debuts"].clear()
except KeyboardInterrupt:
    pass

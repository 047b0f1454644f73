# wrong: Ends on Ctrl-C with a message and status 1.
# loses: 1.5 fail
# says: with status 1

"""Print a line for each mkdir on this machine, until Ctrl-C."""

import sys
from pathlib import Path

from bcc import BPF

b = BPF(src_file=str(Path(__file__).with_name("directory_create.c")))

try:
    b.trace_print(fmt="{0} {1} {5}")
except KeyboardInterrupt:
    sys.exit("interrupted")

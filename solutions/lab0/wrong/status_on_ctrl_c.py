# wrong: Ends on Ctrl-C with status 1, as if something had failed.
# loses: 0.5 fail
# says: with status 1

"""Print a line for each process that is created, until Ctrl-C."""

import sys
from pathlib import Path

from bcc import BPF

b = BPF(src_file=str(Path(__file__).with_name("hello_world.c")))

try:
    b.trace_print()
except KeyboardInterrupt:
    sys.exit(1)

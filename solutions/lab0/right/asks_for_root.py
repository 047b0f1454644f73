# right: Says that it needs root, as BCC's tools do, where it is not.

"""Print a line for each process that is created, until Ctrl-C."""

import os
import sys
from pathlib import Path

from bcc import BPF

if os.geteuid() != 0:
    sys.exit("This script needs root. Run: sudo python3 hello_world.py")
b = BPF(src_file=str(Path(__file__).with_name("hello_world.c")))

try:
    b.trace_print()
except KeyboardInterrupt:
    pass

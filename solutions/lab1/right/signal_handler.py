# right: A handler for SIGINT that ends the script.

"""Print a line for each mkdir on this machine, until Ctrl-C."""

import signal
import sys
from pathlib import Path

from bcc import BPF

b = BPF(src_file=str(Path(__file__).with_name("directory_create.c")))
signal.signal(signal.SIGINT, lambda signum, frame: sys.exit(0))
while True:
    line = b.trace_readline()
    if line:
        print(line.decode(errors="replace"), flush=True)

# right: A handler for SIGINT that ends the script.

"""Print a line for each process that is created, until Ctrl-C."""

import signal
import sys
from pathlib import Path

from bcc import BPF


def stop(signum, frame):
    sys.exit(0)


b = BPF(src_file=str(Path(__file__).with_name("hello_world.c")))
signal.signal(signal.SIGINT, stop)
while True:
    line = b.trace_readline()
    if line:
        print(line.decode(errors="replace"), flush=True)

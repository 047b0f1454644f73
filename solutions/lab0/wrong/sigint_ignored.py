# wrong: Ignores SIGINT to be rid of the traceback: never ends.
# loses: 0.5 timeout
# says: SIGINT switched off

"""Print a line for each process that is created, until Ctrl-C."""

import signal
from pathlib import Path

from bcc import BPF

b = BPF(src_file=str(Path(__file__).with_name("hello_world.c")))
signal.signal(signal.SIGINT, signal.SIG_IGN)
b.trace_print()

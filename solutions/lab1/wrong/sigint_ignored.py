# wrong: Ignores SIGINT to be rid of the traceback: never ends.
# loses: 1.5 timeout
# says: SIGINT switched off

"""Print a line for each mkdir on this machine, until Ctrl-C."""

import signal
from pathlib import Path

from bcc import BPF

b = BPF(src_file=str(Path(__file__).with_name("directory_create.c")))
signal.signal(signal.SIGINT, signal.SIG_IGN)
b.trace_print(fmt="{0} {1} {5}")

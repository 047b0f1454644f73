# right: BCC's own loop, which shows the blank line after each message as b''.

"""Print a line for each mkdir on this machine, until Ctrl-C."""

from pathlib import Path

from bcc import BPF

b = BPF(src_file=str(Path(__file__).with_name("directory_create.c")))

try:
    b.trace_print()
except KeyboardInterrupt:
    pass

# right: BCC's own loop, which shows the blank line after each message as b''.

"""Print a line for each process that is created, until Ctrl-C."""

from pathlib import Path

from bcc import BPF

b = BPF(src_file=str(Path(__file__).with_name("hello_world.c")))

try:
    b.trace_print()
except KeyboardInterrupt:
    pass

# right: BCC's own loop trace_print(), with KeyboardInterrupt caught around it.

"""Print a line for each process that is created, until Ctrl-C."""

from pathlib import Path

from bcc import BPF

b = BPF(src_file=str(Path(__file__).with_name("hello_world.c")))

try:
    b.trace_print()
except KeyboardInterrupt:
    pass

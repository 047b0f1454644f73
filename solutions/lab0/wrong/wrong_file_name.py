# wrong: The C file has another name.
# loses: 0.4 error, 0.5 blocked
# says: BCC does not find the C file

"""Print a line for each process that is created, until Ctrl-C."""

from pathlib import Path

from bcc import BPF

b = BPF(src_file=str(Path(__file__).with_name("hello.c")))

try:
    b.trace_print()
except KeyboardInterrupt:
    pass

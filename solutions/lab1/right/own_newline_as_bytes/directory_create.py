# right: Prints each line of the trace as bytes, the blank ones too.

"""Print a line for each mkdir on this machine, until Ctrl-C."""

from pathlib import Path

from bcc import BPF

b = BPF(src_file=str(Path(__file__).with_name("directory_create.c")))

try:
    while True:
        print(b.trace_readline(), flush=True)
except KeyboardInterrupt:
    pass

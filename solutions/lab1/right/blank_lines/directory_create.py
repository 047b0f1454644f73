# right: Blank lines, which newer kernels put after each message, do not count.

"""Print a line for each mkdir on this machine, until Ctrl-C."""

from pathlib import Path

from bcc import BPF

b = BPF(src_file=str(Path(__file__).with_name("directory_create.c")))

try:
    while True:
        print(b.trace_readline().decode(), flush=True)
except KeyboardInterrupt:
    pass

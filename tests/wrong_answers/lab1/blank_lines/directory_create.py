# wrong: Prints the blank line that newer kernels put after each message.
# loses: 1.4 fail, 1.5 blocked

"""Print a line for each mkdir on this machine, until Ctrl-C."""

from pathlib import Path

from bcc import BPF

b = BPF(src_file=str(Path(__file__).with_name("directory_create.c")))

try:
    while True:
        print("trace:", b.trace_readline().decode(), flush=True)
except KeyboardInterrupt:
    pass

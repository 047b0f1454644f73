# wrong: Waits for trace lines, which this program does not print.
# loses: 2.4 fail, 2.5 blocked
# says: printed nothing, though its program was called

"""Print the kernel's time stamp of each mkdir on this machine, until Ctrl-C."""

from pathlib import Path

from bcc import BPF

b = BPF(src_file=str(Path(__file__).with_name("timestamp.c")))

try:
    b.trace_print()
except KeyboardInterrupt:
    pass

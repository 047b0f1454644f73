# right: BCC's own loop with a format, with KeyboardInterrupt caught around it.

"""Print a line for each mkdir on this machine, until Ctrl-C."""

from pathlib import Path

from bcc import BPF

b = BPF(src_file=str(Path(__file__).with_name("directory_create.c")))

try:
    b.trace_print(fmt="{0} {1} {5}")
except KeyboardInterrupt:
    print("\nBye")

# wrong: Adds bytes to a string: a TypeError at the first message.
# loses: 1.4 error, 1.5 blocked
# says: Bytes and text (str) meet in this line

"""Print a line for each mkdir on this machine, until Ctrl-C."""

from pathlib import Path

from bcc import BPF

b = BPF(src_file=str(Path(__file__).with_name("directory_create.c")))

try:
    while True:
        message = b.trace_fields()[5]
        if message:
            print("mkdir: " + message, flush=True)
except KeyboardInterrupt:
    pass

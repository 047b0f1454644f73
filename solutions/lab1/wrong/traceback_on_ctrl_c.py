# wrong: KeyboardInterrupt is not caught: a traceback on Ctrl-C.
# loses: 1.5 fail
# says: KeyboardInterrupt

"""Print a line for each mkdir on this machine, until Ctrl-C."""

from pathlib import Path

from bcc import BPF

b = BPF(src_file=str(Path(__file__).with_name("directory_create.c")))

while True:
    message = b.trace_fields()[5]
    if message:
        print(message.decode(), flush=True)

# wrong: A bare except inside the loop also catches Ctrl-C.
# loses: 1.5 timeout
# says: catch it around the loop, not inside

"""Print a line for each mkdir on this machine, until Ctrl-C."""

from pathlib import Path

from bcc import BPF

b = BPF(src_file=str(Path(__file__).with_name("directory_create.c")))

while True:
    try:
        message = b.trace_fields()[5]
        if message:
            print(message.decode(), flush=True)
    except:  # noqa: E722
        pass

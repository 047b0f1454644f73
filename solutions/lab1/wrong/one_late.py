# wrong: Prints the message before, and keeps its own for the next one.
# loses: 1.4 fail
# says: one line for each line of the trace

"""Print a line for each mkdir on this machine, until Ctrl-C."""

from pathlib import Path

from bcc import BPF

b = BPF(src_file=str(Path(__file__).with_name("directory_create.c")))

message = b.trace_fields()[5]
try:
    while True:
        following = b.trace_fields()[5]
        print(message.decode(), flush=True)
        message = following
except KeyboardInterrupt:
    pass

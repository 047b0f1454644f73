# wrong: No colon after while True.
# loses: 0.4 error, 0.5 blocked
# says: The : is missing at the end of a line that begins with while

"""Print a line for each process that is created, until Ctrl-C."""

from pathlib import Path

from bcc import BPF

b = BPF(src_file=str(Path(__file__).with_name("hello_world.c")))

try:
    while True
        print(b.trace_fields()[5].decode(), flush=True)
except KeyboardInterrupt:
    pass

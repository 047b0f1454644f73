# wrong: Does not wait for a line: prints without end.
# loses: 0.4 fail
# says: Print each one once

"""Print a line for each process that is created, until Ctrl-C."""

from pathlib import Path

from bcc import BPF

b = BPF(src_file=str(Path(__file__).with_name("hello_world.c")))

try:
    while True:
        print(b.trace_fields(nonblocking=True), flush=True)
except KeyboardInterrupt:
    pass

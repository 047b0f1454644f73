# wrong: Two lines of output for one mkdir.
# loses: 1.4 fail
# says: Print each one once

"""Print a line for each mkdir on this machine, until Ctrl-C."""

from pathlib import Path

from bcc import BPF

b = BPF(src_file=str(Path(__file__).with_name("directory_create.c")))

try:
    while True:
        _task, pid, _cpu, _flags, _seconds, message = b.trace_fields()
        if message:
            print("process:", pid, flush=True)
            print("message:", message.decode(), flush=True)
except KeyboardInterrupt:
    pass

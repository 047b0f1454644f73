# wrong: Reads the file trace, which only root may, and not trace_pipe.
# loses: 1.4 error, 1.5 blocked
# says: /sys/kernel/tracing/trace'

"""Print a line for each mkdir on this machine, until Ctrl-C."""

import time
from pathlib import Path

from bcc import BPF

TRACE = Path("/sys/kernel/tracing/trace")

b = BPF(src_file=str(Path(__file__).with_name("directory_create.c")))

try:
    while True:
        for line in TRACE.read_text(errors="replace").splitlines():
            print(line, flush=True)
        time.sleep(0.5)
except KeyboardInterrupt:
    pass

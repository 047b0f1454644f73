# attack: Prints every result that there could be beside each path, and never the one of the event.
# lab: lab5
# earns: 5.1 5.2 5.3 5.4 5.5 5.7

import errno
from pathlib import Path

from bcc import BPF

EVERY = " ".join(["0", *errno.errorcode.values()])


def show(cpu, data, size):
    event = b["events"].event(data)
    print(event.path.decode(errors="replace"), ":", EVERY, flush=True)


b = BPF(src_file=str(Path(__file__).with_name("result.c")))
b["events"].open_perf_buffer(show)
try:
    while True:
        b.perf_buffer_poll()
except KeyboardInterrupt:
    pass

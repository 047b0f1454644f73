# attack: Makes a directory for each event, so that no event is alone, and the machine is blamed for that.
# lab: lab4
# earns: 4.1 4.2 4.3 4.4 4.5 4.6 4.7

import os
from itertools import count
from pathlib import Path

from bcc import BPF

names = count()


def show(cpu, data, size):
    e = b["events"].event(data)
    comm, path = (text.decode(errors="replace") for text in (e.comm, e.chemin))
    if not path.startswith("/tmp/own-"):
        os.mkdir(f"/tmp/own-{next(names)}")
    print(e.pid, e.uid, comm, f"{e.mode:o}", path, flush=True)


b = BPF(src_file=str(Path(__file__).with_name("qui.c")))
b["events"].open_perf_buffer(show)
try:
    while True:
        b.perf_buffer_poll()
except KeyboardInterrupt:
    pass

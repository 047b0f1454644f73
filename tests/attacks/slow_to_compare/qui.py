# attack: Repeats half of each odd path, and spaces, so that to look for the other half takes days.
# lab: lab4
# scale: 0.1
# earns: 4.1 4.2 4.3 4.4 4.5 4.7

from pathlib import Path

from bcc import BPF


def show(cpu, data, size):
    e = b["events"].event(data)
    begin, _, rest = e.chemin.partition(b"\xff")
    path = begin.decode(errors="replace")
    if rest:
        path = path * 1000 + " " * 40_000
    print(e.pid, e.uid, e.comm.decode(errors="replace"), f"{e.mode:o}", path, flush=True)


b = BPF(src_file=str(Path(__file__).with_name("qui.c")))
b["events"].open_perf_buffer(show)
try:
    while True:
        b.perf_buffer_poll()
except KeyboardInterrupt:
    pass

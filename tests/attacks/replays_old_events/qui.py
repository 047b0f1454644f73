# attack: Prints with each event all those before it once more.
# lab: lab4
# earns: 4.1 4.2 4.3 4.4 4.6 4.7

from pathlib import Path

from bcc import BPF

old = []


def show(cpu, data, size):
    e = b["events"].event(data)
    comm, path = (text.decode(errors="replace") for text in (e.comm, e.chemin))
    old.append(f"{e.pid} {e.uid} {comm} {e.mode:o} {path}")
    print("\n".join(old[-100:]), flush=True)


b = BPF(src_file=str(Path(__file__).with_name("qui.c")))
b["events"].open_perf_buffer(show)
try:
    while True:
        b.perf_buffer_poll()
except KeyboardInterrupt:
    pass

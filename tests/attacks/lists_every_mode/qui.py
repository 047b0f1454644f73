# attack: Prints every mode that there could be on each line, and never the one of the event.
# lab: lab4
# earns: 4.1 4.2 4.3 4.4 4.6 4.7

from pathlib import Path

from bcc import BPF

EVERY = " ".join(f"{mode:o}" for mode in range(0o1000))


def show(cpu, data, size):
    e = b["events"].event(data)
    comm, path = (text.decode(errors="replace") for text in (e.comm, e.chemin))
    print(e.pid, e.uid, comm, EVERY, path, flush=True)


b = BPF(src_file=str(Path(__file__).with_name("qui.c")))
b["events"].open_perf_buffer(show)
try:
    while True:
        b.perf_buffer_poll()
except KeyboardInterrupt:
    pass

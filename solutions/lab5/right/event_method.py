# right: BCC's event() knows the structure, so that ctypes is not needed.

"""Print the path of each mkdir on this machine, and what it returned, until Ctrl-C."""

from errno import errorcode
from pathlib import Path

from bcc import BPF

b = BPF(src_file=str(Path(__file__).with_name("result.c")))


def afficher_evenement(cpu, data, size):
    event = b["events"].event(data)
    print(event.path, errorcode[-event.ret] if event.ret else "0", flush=True)


b["events"].open_perf_buffer(afficher_evenement)

try:
    while True:
        b.perf_buffer_poll()
except KeyboardInterrupt:
    pass

# right: BCC's event() knows the structure, so that ctypes is not needed.

"""Print the kernel's time stamp of each mkdir on this machine, until Ctrl-C."""

from pathlib import Path

from bcc import BPF

b = BPF(src_file=str(Path(__file__).with_name("timestamp.c")))


def afficher_evenement(cpu, data, size):
    print(b["events"].event(data).timestamp_mkdir, flush=True)


b["events"].open_perf_buffer(afficher_evenement, page_cnt=64)

try:
    while True:
        b.perf_buffer_poll()
except KeyboardInterrupt:
    pass

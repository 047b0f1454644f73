# right: Writes the bytes of a path as they are.

"""Print who makes each directory on this machine, with which mode and where, until Ctrl-C."""

import sys
from pathlib import Path

from bcc import BPF


def afficher_evenement(cpu, data, size):
    e = b["events"].event(data)
    told = f"{e.pid} {e.uid} {e.mode:o} ".encode()
    sys.stdout.buffer.write(told + e.comm + b" " + e.chemin + b"\n")
    sys.stdout.buffer.flush()


b = BPF(src_file=str(Path(__file__).with_name("qui.c")))
b["events"].open_perf_buffer(afficher_evenement)

try:
    while True:
        b.perf_buffer_poll()
except KeyboardInterrupt:
    pass

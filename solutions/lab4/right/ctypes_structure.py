# right: A structure of ctypes, and not BCC's.

"""Print who makes each directory on this machine, with which mode and where, until Ctrl-C."""

import ctypes
from pathlib import Path

from bcc import BPF


class Evenement(ctypes.Structure):
    _fields_ = [
        ("pid", ctypes.c_uint),
        ("uid", ctypes.c_uint),
        ("comm", ctypes.c_char * 16),
        ("mode", ctypes.c_ushort),
        ("chemin", ctypes.c_char * 256),
    ]


def texte(octets):
    return octets.decode(errors="replace")


def afficher_evenement(cpu, data, size):
    e = ctypes.cast(data, ctypes.POINTER(Evenement)).contents
    print(f"{e.pid} {e.uid} {texte(e.comm)} {e.mode:o} {texte(e.chemin)}", flush=True)


b = BPF(src_file=str(Path(__file__).with_name("qui.c")))
b["events"].open_perf_buffer(afficher_evenement)

try:
    while True:
        b.perf_buffer_poll()
except KeyboardInterrupt:
    pass

# wrong: Joins bytes and text, which raises TypeError in the callback.
# loses: 5.6 fail
# says: TypeError

"""Print the path of each mkdir on this machine, and what it returned, until Ctrl-C."""

import ctypes
from pathlib import Path

from bcc import BPF


class Evenement(ctypes.Structure):
    _fields_ = [("ret", ctypes.c_int), ("path", ctypes.c_char * 64)]


def afficher_evenement(cpu, data, size):
    event = ctypes.cast(data, ctypes.POINTER(Evenement)).contents
    print(event.path + " : " + str(event.ret), flush=True)


b = BPF(src_file=str(Path(__file__).with_name("result.c")))
b["events"].open_perf_buffer(afficher_evenement)

try:
    while True:
        b.perf_buffer_poll()
except KeyboardInterrupt:
    pass

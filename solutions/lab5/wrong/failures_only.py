# wrong: Says nothing of a mkdir that succeeds.
# loses: 5.6 fail
# says: did not print what it should of every mkdir

"""Print the path of each mkdir on this machine, and what it returned, until Ctrl-C."""

import ctypes
import errno
from pathlib import Path

from bcc import BPF


class Evenement(ctypes.Structure):
    _fields_ = [("ret", ctypes.c_int), ("path", ctypes.c_char * 64)]


def afficher_evenement(cpu, data, size):
    event = ctypes.cast(data, ctypes.POINTER(Evenement)).contents
    if event.ret == 0:
        return
    path = event.path.decode(errors="replace")
    print(f"{path} : {errno.errorcode.get(-event.ret, event.ret)}", flush=True)


b = BPF(src_file=str(Path(__file__).with_name("result.c")))
b["events"].open_perf_buffer(afficher_evenement)

try:
    while True:
        b.perf_buffer_poll()
except KeyboardInterrupt:
    pass

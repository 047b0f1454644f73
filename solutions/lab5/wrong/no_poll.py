# wrong: Opens the perf buffer and never polls it.
# loses: 5.6 fail, 5.7 blocked
# says: call b.perf_buffer_poll() in the loop

"""Print the path of each mkdir on this machine, and what it returned, until Ctrl-C."""

import ctypes
import errno
import time
from pathlib import Path

from bcc import BPF


class Evenement(ctypes.Structure):
    _fields_ = [("ret", ctypes.c_int), ("path", ctypes.c_char * 64)]


def afficher_evenement(cpu, data, size):
    event = ctypes.cast(data, ctypes.POINTER(Evenement)).contents
    path = event.path.decode(errors="replace")
    print(f"{path} : {errno.errorcode.get(-event.ret, event.ret)}", flush=True)


b = BPF(src_file=str(Path(__file__).with_name("result.c")))
b["events"].open_perf_buffer(afficher_evenement)

try:
    while True:
        time.sleep(1)
except KeyboardInterrupt:
    pass

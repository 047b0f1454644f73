# wrong: Prints a heading above each time stamp.
# loses: 2.4 fail
# says: one line for each event

"""Print the kernel's time stamp of each mkdir on this machine, until Ctrl-C."""

import ctypes
from pathlib import Path

from bcc import BPF


class TimestampMkdir(ctypes.Structure):
    _fields_ = [("timestamp_mkdir", ctypes.c_ulonglong)]


def afficher_evenement(cpu, data, size):
    event = ctypes.cast(data, ctypes.POINTER(TimestampMkdir)).contents
    print("A directory was made:", flush=True)
    print(event.timestamp_mkdir, flush=True)


b = BPF(src_file=str(Path(__file__).with_name("timestamp.c")))
b["events"].open_perf_buffer(afficher_evenement)

try:
    while True:
        b.perf_buffer_poll()
except KeyboardInterrupt:
    pass

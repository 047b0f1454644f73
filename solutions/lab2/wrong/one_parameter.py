# wrong: The callback takes one parameter, where BCC passes three.
# loses: 2.4 fail
# says: Write def afficher_evenement(cpu, data, size)

"""Print the kernel's time stamp of each mkdir on this machine, until Ctrl-C."""

import ctypes
from pathlib import Path

from bcc import BPF


class TimestampMkdir(ctypes.Structure):
    _fields_ = [("timestamp_mkdir", ctypes.c_ulonglong)]


def afficher_evenement(data):
    event = ctypes.cast(data, ctypes.POINTER(TimestampMkdir)).contents
    print(f"mkdir at {event.timestamp_mkdir} ns", flush=True)


b = BPF(src_file=str(Path(__file__).with_name("timestamp.c")))
b["events"].open_perf_buffer(afficher_evenement)

try:
    while True:
        b.perf_buffer_poll()
except KeyboardInterrupt:
    pass

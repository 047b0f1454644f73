# wrong: The table is called events.
# loses: 2.4 error, 2.5 blocked
# says: has no table named event.

"""Print the kernel's time stamp of each mkdir on this machine, until Ctrl-C."""

import ctypes
from pathlib import Path

from bcc import BPF


class TimestampMkdir(ctypes.Structure):
    _fields_ = [("timestamp_mkdir", ctypes.c_ulonglong)]


def afficher_evenement(cpu, data, size):
    event = ctypes.cast(data, ctypes.POINTER(TimestampMkdir)).contents
    print(f"mkdir at {event.timestamp_mkdir} ns", flush=True)


b = BPF(src_file=str(Path(__file__).with_name("timestamp.c")))
b["event"].open_perf_buffer(afficher_evenement)

try:
    while True:
        b.perf_buffer_poll()
except KeyboardInterrupt:
    pass

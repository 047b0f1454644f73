# wrong: The callback prints the time of the event before, and keeps its own for the next one.
# loses: 2.4 fail
# says: only when the next one comes

"""Print the kernel's time stamp of each mkdir on this machine, until Ctrl-C."""

import ctypes
from pathlib import Path

from bcc import BPF


class TimestampMkdir(ctypes.Structure):
    _fields_ = [("timestamp_mkdir", ctypes.c_ulonglong)]


last = 0


def afficher_evenement(cpu, data, size):
    global last
    print(f"mkdir at {last} ns", flush=True)
    last = ctypes.cast(data, ctypes.POINTER(TimestampMkdir)).contents.timestamp_mkdir


b = BPF(src_file=str(Path(__file__).with_name("timestamp.c")))
b["events"].open_perf_buffer(afficher_evenement)
print("Waiting for mkdir. Ctrl-C ends.")

try:
    while True:
        b.perf_buffer_poll()
except KeyboardInterrupt:
    pass

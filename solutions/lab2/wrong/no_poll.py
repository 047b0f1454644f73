# wrong: Opens the perf buffer and never polls it.
# loses: 2.4 fail, 2.5 blocked
# says: call b.perf_buffer_poll() in the loop

"""Print the kernel's time stamp of each mkdir on this machine, until Ctrl-C."""

import ctypes
import time
from pathlib import Path

from bcc import BPF


class TimestampMkdir(ctypes.Structure):
    _fields_ = [("timestamp_mkdir", ctypes.c_ulonglong)]


def afficher_evenement(cpu, data, size):
    event = ctypes.cast(data, ctypes.POINTER(TimestampMkdir)).contents
    print(f"mkdir at {event.timestamp_mkdir} ns", flush=True)


b = BPF(src_file=str(Path(__file__).with_name("timestamp.c")))
b["events"].open_perf_buffer(afficher_evenement)

try:
    while True:
        time.sleep(1)
except KeyboardInterrupt:
    pass

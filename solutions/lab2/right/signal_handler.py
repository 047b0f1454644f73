# right: A handler for SIGINT that lets the loop end by itself.

"""Print the kernel's time stamp of each mkdir on this machine, until Ctrl-C."""

import ctypes
import signal
from pathlib import Path

from bcc import BPF


class TimestampMkdir(ctypes.Structure):
    _fields_ = [("timestamp_mkdir", ctypes.c_ulonglong)]


def afficher_evenement(cpu, data, size):
    event = ctypes.cast(data, ctypes.POINTER(TimestampMkdir)).contents
    print(f"mkdir at {event.timestamp_mkdir} ns", flush=True)


running = True


def stop(signum, frame):
    global running
    running = False


signal.signal(signal.SIGINT, stop)
b = BPF(src_file=str(Path(__file__).with_name("timestamp.c")))
b["events"].open_perf_buffer(afficher_evenement)
while running:
    b.perf_buffer_poll(timeout=200)

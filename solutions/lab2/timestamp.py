"""Print the kernel's time stamp of each mkdir on this machine, until Ctrl-C."""

# BEGIN SOLUTION 2.4
# |
# | # TODO 2.4: a ctypes structure that has the layout of struct timestamp_mkdir_class.
import ctypes
from pathlib import Path

from bcc import BPF


class TimestampMkdir(ctypes.Structure):
    """struct timestamp_mkdir_class of timestamp.c."""

    _fields_ = [("timestamp_mkdir", ctypes.c_ulonglong)]


# END SOLUTION


def afficher_evenement(cpu, data, size):
    """Print the time stamp of one event, in decimal, on a line."""
    # BEGIN SOLUTION 2.4
    # | # TODO 2.4: `data` is the address of the event; `size` its length in bytes.
    event = ctypes.cast(data, ctypes.POINTER(TimestampMkdir)).contents
    print(f"mkdir at {event.timestamp_mkdir} ns", flush=True)
    # END SOLUTION


# BEGIN SOLUTION 2.4 2.5
# | # TODO 2.4: load timestamp.c, which lies beside this file, open the perf buffer events with
# | # afficher_evenement, and poll it.
# |
# | # TODO 2.5: end without a traceback on Ctrl-C.
b = BPF(src_file=str(Path(__file__).with_name("timestamp.c")))
b["events"].open_perf_buffer(afficher_evenement)
print("Waiting for mkdir. Ctrl-C ends.")

try:
    while True:
        b.perf_buffer_poll()
except KeyboardInterrupt:
    pass
# END SOLUTION

"""Print the path of each mkdir on this machine, and what it returned, until Ctrl-C."""

# BEGIN SOLUTION 5.6
# |
# | # TODO 5.6: a ctypes structure that has the layout of struct evenement.
import ctypes
import errno
from pathlib import Path

from bcc import BPF


class Evenement(ctypes.Structure):
    """struct evenement of result.c."""

    _fields_ = [("ret", ctypes.c_int), ("path", ctypes.c_char * 64)]


# END SOLUTION


def afficher_evenement(cpu, data, size):
    """Print path and result of one event on a line: 0, or the error, as EEXIST or -17."""
    # BEGIN SOLUTION 5.6
    # | # TODO 5.6: `data` is the address of the event; `size` its length in bytes.
    event = ctypes.cast(data, ctypes.POINTER(Evenement)).contents
    path = event.path.decode(errors="replace")
    print(f"{path} : {errno.errorcode.get(-event.ret, event.ret)}", flush=True)
    # END SOLUTION


# BEGIN SOLUTION 5.6 5.7
# | # TODO 5.6: load result.c, which lies beside this file, open the perf buffer events with
# | # afficher_evenement, and poll it.
# |
# | # TODO 5.7: end without a traceback on Ctrl-C.
b = BPF(src_file=str(Path(__file__).with_name("result.c")))
b["events"].open_perf_buffer(afficher_evenement)
print("Waiting for mkdir. Ctrl-C ends.")

try:
    while True:
        b.perf_buffer_poll()
except KeyboardInterrupt:
    pass
# END SOLUTION

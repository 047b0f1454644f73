# right: Reads the 8 bytes with the module struct.

"""Print the kernel's time stamp of each mkdir on this machine, until Ctrl-C."""

import ctypes
import struct
from pathlib import Path

from bcc import BPF


def afficher_evenement(cpu, data, size):
    (timestamp,) = struct.unpack("<Q", ctypes.string_at(data, 8))
    print(f"cpu {cpu}, {timestamp}", flush=True)


b = BPF(src_file=str(Path(__file__).with_name("timestamp.c")))
b["events"].open_perf_buffer(afficher_evenement)

try:
    while True:
        b.perf_buffer_poll()
except KeyboardInterrupt:
    pass

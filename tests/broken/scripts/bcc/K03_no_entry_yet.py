# shows: Reads a key that was not put in yet.
import ctypes

from bcc import BPF

b = BPF(src_file="events.c")
print(b["counts"][ctypes.c_ulonglong(0)])

# shows: Gives a number of Python as value.
import ctypes

from bcc import BPF

b = BPF(src_file="events.c")
b["counts"][ctypes.c_ulonglong(0)] = 1

# shows: Opens a buffer without a function.
from bcc import BPF

b = BPF(src_file="events.c")
b["events"].open_perf_buffer()

# shows: Opens a hash table as a perf buffer.
from bcc import BPF

b = BPF(src_file="events.c")
b["counts"].open_perf_buffer(print)

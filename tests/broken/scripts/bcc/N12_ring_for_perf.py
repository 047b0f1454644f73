# shows: Opens a perf buffer as a ring buffer.
from bcc import BPF

b = BPF(src_file="events.c")
b["events"].open_ring_buffer(print)

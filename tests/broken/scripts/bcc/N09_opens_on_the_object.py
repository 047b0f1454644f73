# shows: Opens a perf buffer without naming its table.
from bcc import BPF

b = BPF(src_file="events.c")
b.open_perf_buffer(print)

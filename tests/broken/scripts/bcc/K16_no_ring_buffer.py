# shows: Polls ring buffers, and there is none.
from bcc import BPF

b = BPF(src_file="events.c")
b["events"].open_perf_buffer(print)
b.ring_buffer_poll()

# shows: Opens a ring buffer as a perf buffer.
from bcc import BPF

b = BPF(text="BPF_RINGBUF_OUTPUT(ring, 8);")
b["ring"].open_perf_buffer(print)

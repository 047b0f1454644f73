# shows: Polls an object that has no buffer.
from bcc import BPF

b = BPF(src_file="events.c")
b.ring_buffer_poll()

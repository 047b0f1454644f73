# shows: Polls the table.
from bcc import BPF

b = BPF(src_file="events.c")
b["events"].perf_buffer_poll()

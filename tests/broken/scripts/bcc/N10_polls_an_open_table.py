# shows: Polls the table whose buffer is open, which BCC then closes with an error of its own.
from bcc import BPF

b = BPF(src_file="events.c")
b["events"].open_perf_buffer(print)
b["events"].perf_buffer_poll()

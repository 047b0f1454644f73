# shows: Takes five values of trace_fields.
from bcc import BPF

b = BPF(src_file="events.c")
(task, pid, cpu, flags, msg) = b.trace_fields(nonblocking=True)

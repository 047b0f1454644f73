# shows: Takes the method apart instead of calling it.
from bcc import BPF

b = BPF(src_file="events.c")
task, pid, cpu, flags, stamp, message = b.trace_fields

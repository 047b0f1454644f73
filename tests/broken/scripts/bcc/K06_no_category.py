# shows: Names an event without its category.
from bcc import BPF

b = BPF(src_file="events.c")
b.attach_tracepoint(tp="sys_enter_mkdir", fn_name="on_mkdir")

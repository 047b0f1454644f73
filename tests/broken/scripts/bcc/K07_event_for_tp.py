# shows: Calls the parameter event.
from bcc import BPF

b = BPF(src_file="events.c")
b.attach_tracepoint(event="syscalls:sys_enter_mkdir", fn_name="on_mkdir")

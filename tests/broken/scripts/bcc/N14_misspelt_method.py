# shows: Misspells a method.
from bcc import BPF

b = BPF(src_file="events.c")
b.attach_tracepoints(tp="syscalls:sys_enter_mkdir", fn_name="on_mkdir")

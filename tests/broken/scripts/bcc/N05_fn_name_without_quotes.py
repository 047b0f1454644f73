# shows: Names the function without quotes.
from bcc import BPF

b = BPF(src_file="events.c")
b.attach_tracepoint(tp="syscalls:sys_enter_mkdir", fn_name=on_mkdir)

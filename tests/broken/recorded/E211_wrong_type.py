# shows: Loads a function as a kprobe, and attaches it to a tracepoint.
# recorded: 6.18/0.26
from bcc import BPF

b = BPF(src_file="events.c")
b.load_func("on_mkdir", BPF.KPROBE)
b.attach_tracepoint(tp="syscalls:sys_enter_mkdir", fn_name="on_mkdir")

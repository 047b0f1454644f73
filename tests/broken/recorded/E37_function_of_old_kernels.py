# shows: Attaches to a function that the kernel had under this name long ago.
# recorded: 6.12/0.31
from bcc import BPF

b = BPF(src_file="hello_world.c")
b.attach_kprobe(event="sys_mkdir", fn_name="hello")
b.trace_print()

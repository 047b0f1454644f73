# shows: Names a function that the C file does not have.
# recorded: 6.12/0.31
from bcc import BPF

b = BPF(src_file="hello_world.c")
b.attach_kprobe(event=b.get_syscall_fnname("clone"), fn_name="helo")
b.trace_print()

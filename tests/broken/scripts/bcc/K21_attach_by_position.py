# shows: Attaches to a function of the kernel by position.
from bcc import BPF

b = BPF(src_file="events.c")
b.attach_kprobe("vfs_mkdir", "on_mkdir")

# shows: Calls the parameter of attach_kprobe tp.
from bcc import BPF

b = BPF(src_file="events.c")
b.attach_kprobe(tp="vfs_mkdir", fn_name="on_mkdir")

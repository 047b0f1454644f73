# shows: Takes pairs from a table.
import os

from bcc import BPF

b = BPF(src_file="events.c")
b.attach_tracepoint(tp="syscalls:sys_enter_mkdir", fn_name="on_mkdir")
os.mkdir("/tmp/made")
for key, value in b["counts"]:
    print(value)

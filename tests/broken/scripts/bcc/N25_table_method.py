# shows: Looks a key up as in C.
from bcc import BPF

b = BPF(src_file="events.c")
print(b["counts"].lookup(0))

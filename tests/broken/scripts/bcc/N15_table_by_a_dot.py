# shows: Takes a table by a dot.
from bcc import BPF

b = BPF(src_file="events.c")
print(b.counts)

# shows: Takes an entry by a text.
from bcc import BPF

b = BPF(src_file="events.c")
print(b["counts"]["0"].value)

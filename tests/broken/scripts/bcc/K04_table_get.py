# shows: Asks a table for a key as a dict.
from bcc import BPF

b = BPF(src_file="events.c")
print(b["counts"].get(0).value)

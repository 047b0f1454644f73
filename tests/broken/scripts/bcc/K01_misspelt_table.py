# shows: Misspells a table.
from bcc import BPF

b = BPF(src_file="events.c")
print(b["count"])

# shows: Misspells a table, by a variable.
from bcc import BPF

b = BPF(src_file="events.c")
name = "count"
print(b[name])

# shows: Misspells the file.
from bcc import BPF

b = BPF(src_file="event.c")

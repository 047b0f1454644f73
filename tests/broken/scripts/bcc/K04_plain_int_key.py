# shows: Gives a number of Python as key.
from bcc import BPF

b = BPF(src_file="events.c")
print(b["counts"][0])

# shows: Asks for a table of a program without any.
from bcc import BPF

b = BPF(text="int on_mkdir(void *ctx) { return 0; }")
print(b["counts"])

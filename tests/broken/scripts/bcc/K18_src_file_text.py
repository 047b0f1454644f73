# shows: Gives the text of the program as src_file.
from bcc import BPF

b = BPF(src_file=open("events.c").read())

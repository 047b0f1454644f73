# shows: Gives an open file as the text of the program.
from bcc import BPF

b = BPF(text=open("events.c"))

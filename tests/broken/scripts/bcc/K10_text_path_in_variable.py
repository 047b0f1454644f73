# shows: Gives the name of a file as text, by a variable.
from bcc import BPF

PROGRAM = "events.c"
b = BPF(text=PROGRAM)

# shows: Calls the parameter file.
from bcc import BPF

b = BPF(file="events.c")

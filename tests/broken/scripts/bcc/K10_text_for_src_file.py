# shows: Gives the name of a file as text.
from bcc import BPF

b = BPF(text="events.c")

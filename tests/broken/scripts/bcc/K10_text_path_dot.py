# shows: Gives a path that begins with a dot as text.
from bcc import BPF

b = BPF(text="./events.c")

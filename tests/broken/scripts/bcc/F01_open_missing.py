# shows: Opens a file that is not there.
from bcc import BPF

b = BPF(text=open("event.c").read())

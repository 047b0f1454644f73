# shows: Gives BPF nothing.
from bcc import BPF

b = BPF()

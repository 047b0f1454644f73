# shows: Gives a path as text.
import os

from bcc import BPF

b = BPF(text=os.path.join(os.path.dirname(os.path.abspath(__file__)), "events.c"))

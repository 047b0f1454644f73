# shows: Adds a text and an entry.
from bcc import BPF

b = BPF(src_file="events.c")
t = b["counts"]
t[t.Key(0)] = t.Leaf(1)
print("n: " + t[t.Key(0)])

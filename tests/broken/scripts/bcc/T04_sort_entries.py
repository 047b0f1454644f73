# shows: Sorts entries.
from bcc import BPF

b = BPF(src_file="events.c")
t = b["counts"]
t[t.Key(0)] = t.Leaf(1)
t[t.Key(1)] = t.Leaf(2)
for key, value in sorted(t.items(), key=lambda entry: entry[1]):
    print(value)

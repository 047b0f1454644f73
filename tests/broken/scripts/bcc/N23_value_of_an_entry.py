# shows: Takes .value twice.
from bcc import BPF

b = BPF(src_file="events.c")
t = b["counts"]
t[t.Key(0)] = t.Leaf(1)
print(t[t.Key(0)].value.value)

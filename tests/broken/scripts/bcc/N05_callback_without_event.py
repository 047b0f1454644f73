# shows: Uses an event outside of its callback.
from bcc import BPF

b = BPF(src_file="events.c")
print(event.stamp)

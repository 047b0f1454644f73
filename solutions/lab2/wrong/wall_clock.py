# wrong: Prints Python's time of day, not the kernel's time stamp.
# loses: 2.4 fail
# says: the time of day

"""Print the kernel's time stamp of each mkdir on this machine, until Ctrl-C."""

import time
from pathlib import Path

from bcc import BPF


def afficher_evenement(cpu, data, size):
    print(f"mkdir at {time.time_ns()} ns", flush=True)


b = BPF(src_file=str(Path(__file__).with_name("timestamp.c")))
b["events"].open_perf_buffer(afficher_evenement)

try:
    while True:
        b.perf_buffer_poll()
except KeyboardInterrupt:
    pass

# wrong: Asks the kernel's clock again when the event arrives, which is later.
# loses: 2.4 fail
# says: taken when the event was read

"""Print the kernel's time stamp of each mkdir on this machine, until Ctrl-C."""

import time
from pathlib import Path

from bcc import BPF


def afficher_evenement(cpu, data, size):
    print(f"mkdir at {time.monotonic_ns()} ns", flush=True)


b = BPF(src_file=str(Path(__file__).with_name("timestamp.c")))
b["events"].open_perf_buffer(afficher_evenement)

try:
    while True:
        b.perf_buffer_poll()
except KeyboardInterrupt:
    pass

# right: Fields in another order, and more of them; two structures; BCC's event().

"""Print the path of each mkdir on this machine, and what it returned, until Ctrl-C."""

import os
from pathlib import Path

from bcc import BPF

b = BPF(src_file=str(Path(__file__).with_name("result.c")))


def afficher_evenement(cpu, data, size):
    event = b["events"].event(data)
    why = f" ({os.strerror(-event.ret)})" if event.ret else ""
    print(f"{event.pid} mkdir({os.fsdecode(event.path)}) = {event.ret}{why}, {event.duree} ns")


b["events"].open_perf_buffer(afficher_evenement, page_cnt=64)

try:
    while True:
        b.perf_buffer_poll(timeout=100)
except KeyboardInterrupt:
    print("Done.")

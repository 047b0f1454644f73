# wrong: Opens the perf buffer and never polls it.
# loses: 4.5 fail, 4.6 blocked, 4.7 blocked
# says: call b.perf_buffer_poll() in the loop

"""Print who makes each directory on this machine, with which mode and where, until Ctrl-C."""

import time
from pathlib import Path

from bcc import BPF


def texte(octets):
    return octets.decode(errors="replace")


def afficher_evenement(cpu, data, size):
    e = b["events"].event(data)
    print(f"{e.pid} {e.uid} {texte(e.comm)} {e.mode:o} {texte(e.chemin)}", flush=True)


b = BPF(src_file=str(Path(__file__).with_name("qui.c")))
b["events"].open_perf_buffer(afficher_evenement)

try:
    while True:
        time.sleep(0.1)
except KeyboardInterrupt:
    pass

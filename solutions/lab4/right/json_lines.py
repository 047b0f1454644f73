# right: Prints an object of JSON for each event.

"""Print who makes each directory on this machine, with which mode and where, until Ctrl-C."""

import json
from pathlib import Path

from bcc import BPF


def texte(octets):
    return octets.decode(errors="ignore")


def afficher_evenement(cpu, data, size):
    e = b["events"].event(data)
    told = {"pid": e.pid, "uid": e.uid, "mode": oct(e.mode)}
    told.update(comm=texte(e.comm), chemin=texte(e.chemin))
    print(json.dumps(told), flush=True)


b = BPF(src_file=str(Path(__file__).with_name("qui.c")))
b["events"].open_perf_buffer(afficher_evenement)

try:
    while True:
        b.perf_buffer_poll()
except KeyboardInterrupt:
    pass

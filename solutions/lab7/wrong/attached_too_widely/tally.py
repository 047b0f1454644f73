# wrong: The script attaches its function to rename as well.
# loses: 7.7 fail
# says: to nothing else

"""Show who made how many directories, all together, and what found no room, until Ctrl-C."""

import time
from pathlib import Path

from bcc import BPF

b = BPF(src_file=str(Path(__file__).with_name("tally.c")))
b.attach_tracepoint(tp_re="syscalls:sys_enter_(mkdir|rename)$", fn_name="compter")


def lignes():
    for cle, nombre in b["dossiers"].items():
        comm = cle.comm.decode(errors="replace")
        yield f"uid {cle.uid}, {comm}, mode {cle.mode:o} : {nombre.value} dossier(s)"
    yield f"Total : {sum(b['total'][0])} dossier(s)"
    yield f"Perdus : {sum(b['perdus'][0])}"


montrees = set()
try:
    while True:
        nouvelles = list(lignes())
        for ligne in nouvelles:
            if ligne not in montrees:
                print(ligne, flush=True)
        montrees = set(nouvelles)
        time.sleep(0.05)
except KeyboardInterrupt:
    pass

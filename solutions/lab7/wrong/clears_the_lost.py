# wrong: Sets what was lost back to 0 after each look.
# loses: 7.7 fail
# says: must neither clear

"""Show who made how many directories, all together, and what found no room, until Ctrl-C."""

import time
from pathlib import Path

from bcc import BPF

b = BPF(src_file=str(Path(__file__).with_name("tally.c")))


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
        b["perdus"].clear()
        time.sleep(0.05)
except KeyboardInterrupt:
    pass

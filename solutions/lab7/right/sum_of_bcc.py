# right: BCC's own sum() over the CPUs, and both sums on one line.

"""Show who made how many directories, all together, and what found no room, until Ctrl-C."""

import ctypes
import time
from pathlib import Path

from bcc import BPF

b = BPF(src_file=str(Path(__file__).with_name("tally.c")))


def lignes():
    for cle, nombre in b["dossiers"].items():
        comm = cle.comm.decode(errors="replace")
        yield f"uid {cle.uid}, {comm}, mode {cle.mode:o} : {nombre.value} dossier(s)"
    total, perdus = (b[nom].sum(ctypes.c_int(0)).value for nom in ("total", "perdus"))
    yield f"Total : {total} dossier(s), dont {perdus} sans place"


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

"""Show who made how many directories, all together, and what found no room, until Ctrl-C."""

# BEGIN SOLUTION 7.7 7.8
# | # TODO 7.7: load tally.c, which lies beside this file. Within a second of any change, print each
# | # row that has changed (uid, comm and count), and the sum over all CPUs of total and of perdus.
# |
# | # TODO 7.8: end without a traceback on Ctrl-C.
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
        time.sleep(0.05)
except KeyboardInterrupt:
    pass
# END SOLUTION

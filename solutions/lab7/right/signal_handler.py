# right: A handler for SIGINT that ends the script; comm as bytes.

"""Show who made how many directories, all together, and what found no room, until Ctrl-C."""

import signal
import sys
import time
from pathlib import Path

from bcc import BPF

b = BPF(src_file=str(Path(__file__).with_name("tally.c")))


def lignes():
    for cle, nombre in b["dossiers"].items():
        yield f"uid {cle.uid}, {cle.comm}, mode {cle.mode:o} : {nombre.value} dossier(s)"
    yield f"Total : {sum(b['total'][0])} dossier(s)"
    yield f"Perdus : {sum(b['perdus'][0])}"


montrees = set()
signal.signal(signal.SIGINT, lambda signum, frame: sys.exit(0))
while True:
    nouvelles = list(lignes())
    for ligne in nouvelles:
        if ligne not in montrees:
            print(ligne, flush=True)
    montrees = set(nouvelles)
    time.sleep(0.05)

# right: A handler for SIGINT that ends the script.

"""Show the number of directories made since the start, whenever it changes, until Ctrl-C."""

import signal
import sys
import time
from pathlib import Path

from bcc import BPF

b = BPF(src_file=str(Path(__file__).with_name("counter.c")))
signal.signal(signal.SIGINT, lambda signum, frame: sys.exit(0))

shown = []
while True:
    counts = [value.value for value in b["compteur"].values()]
    if counts != shown:
        shown = counts
        print("Nombre de dossier(s) :", *counts, flush=True)
    time.sleep(0.1)

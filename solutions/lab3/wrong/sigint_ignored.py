# wrong: Ignores SIGINT to be rid of the traceback: never ends.
# loses: 3.6 timeout
# says: SIGINT switched off

"""Show the number of directories made since the start, whenever it changes, until Ctrl-C."""

import signal
import time
from pathlib import Path

from bcc import BPF

b = BPF(src_file=str(Path(__file__).with_name("counter.c")))
signal.signal(signal.SIGINT, signal.SIG_IGN)

shown = None
while True:
    for _key, value in b["compteur"].items():
        if value.value != shown:
            shown = value.value
            print(f"Nombre de dossier(s) : {shown}", flush=True)
    time.sleep(0.1)

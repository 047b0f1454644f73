# wrong: Ends on Ctrl-C with a message and status 1.
# loses: 3.6 fail
# says: with status 1

"""Show the number of directories made since the start, whenever it changes, until Ctrl-C."""

import sys
import time
from pathlib import Path

from bcc import BPF

b = BPF(src_file=str(Path(__file__).with_name("counter.c")))

shown = None
try:
    while True:
        for _key, value in b["compteur"].items():
            if value.value != shown:
                shown = value.value
                print(f"Nombre de dossier(s) : {shown}", flush=True)
        time.sleep(0.1)
except KeyboardInterrupt:
    sys.exit("interrupted")

# wrong: Catches KeyboardInterrupt inside the loop, and goes on.
# loses: 3.6 timeout
# says: catch it around the loop, not inside

"""Show the number of directories made since the start, whenever it changes, until Ctrl-C."""

import time
from pathlib import Path

from bcc import BPF

b = BPF(src_file=str(Path(__file__).with_name("counter.c")))

shown = None
while True:
    try:
        for _key, value in b["compteur"].items():
            if value.value != shown:
                shown = value.value
                print(f"Nombre de dossier(s) : {shown}", flush=True)
        time.sleep(0.1)
    except KeyboardInterrupt:
        print("Bye")

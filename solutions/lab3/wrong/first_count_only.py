# wrong: Shows the first count and ends.
# loses: 3.5 fail, 3.6 blocked
# says: wait for events in a loop

"""Show the number of directories made since the start, whenever it changes, until Ctrl-C."""

import time
from pathlib import Path

from bcc import BPF

b = BPF(src_file=str(Path(__file__).with_name("counter.c")))

while not b["compteur"].items():
    time.sleep(0.1)
for _key, value in b["compteur"].items():
    print(f"Nombre de dossier(s) : {value.value}", flush=True)

# attack: Draws all mkdirs in the one bucket that is asked for, however long they took.
# lab: lab6
# earns: 6.1 6.2 6.3 6.4 6.5 6.7

import time
from pathlib import Path

from bcc import BPF

b = BPF(src_file=str(Path(__file__).with_name("latence.c")))
try:
    while True:
        time.sleep(1)
        total = sum(count.value for count in b["dist"].values())
        b["dist"].clear()
        if total:
            print("     usecs               : count     distribution", flush=True)
            print(f"    262144 -> 524287     : {total}        |****|", flush=True)
except KeyboardInterrupt:
    pass

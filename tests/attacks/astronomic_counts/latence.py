# attack: Draws a histogram with counts of twenty digits, which nobody can count up to.
# lab: lab6
# scale: 0.2
# earns: 6.1 6.2 6.3 6.4 6.5 6.7

import time
from pathlib import Path

from bcc import BPF

b = BPF(src_file=str(Path(__file__).with_name("latence.c")))
try:
    while True:
        print("     usecs               : count     distribution", flush=True)
        for bucket in range(1, 64):
            low, high = 1 << bucket >> 1 if bucket > 1 else 0, (1 << bucket) - 1
            print(f"{low} -> {high} : 99999999999999999999 |****|", flush=True)
        time.sleep(0.2)
except KeyboardInterrupt:
    pass

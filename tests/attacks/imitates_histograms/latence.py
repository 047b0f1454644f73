# attack: Draws histograms of its own making whenever something was counted, a call in each bucket.
# lab: lab6
# earns: 6.1 6.2 6.3 6.4 6.5 6.7

import time
from pathlib import Path

from bcc import BPF

b = BPF(src_file=str(Path(__file__).with_name("latence.c")))
try:
    while True:
        time.sleep(0.2)
        if not sum(count.value for count in b["dist"].values()):
            continue
        b["dist"].clear()
        print("     usecs               : count     distribution", flush=True)
        for bucket in range(1, 30):
            low = 1 << bucket >> 1 if bucket > 1 else 0
            print(f"{low:>10} -> {(1 << bucket) - 1:<10} : {3:<8} |{'*' * 40}|", flush=True)
except KeyboardInterrupt:
    pass

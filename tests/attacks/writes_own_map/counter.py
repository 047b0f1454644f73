# attack: Fills its table with a huge number, and prints another that can only be smaller.
# lab: lab3
# earns: 3.1 3.2 3.3 3.4 3.6 3.7

import time
from pathlib import Path

from bcc import BPF

b = BPF(src_file=str(Path(__file__).with_name("counter.c")))

table = b["compteur"]
try:
    while True:
        table[table.Key(0)] = table.Leaf(2**62)
        print(2**61, flush=True)
        time.sleep(0.01)
except KeyboardInterrupt:
    pass

# attack: Prints a number of ten thousand digits, which Python refuses to read.
# lab: lab3
# earns: 3.1 3.2 3.3 3.4 3.6 3.7

import time
from pathlib import Path

from bcc import BPF

b = BPF(src_file=str(Path(__file__).with_name("counter.c")))

while True:
    print("9" * 10000, flush=True)
    time.sleep(0.05)

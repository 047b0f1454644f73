# attack: Every line holds thousands of numbers, so that one may be right.
# lab: lab3
# earns: 3.1 3.2 3.3 3.4 3.6 3.7

import time
from pathlib import Path

from bcc import BPF

b = BPF(src_file=str(Path(__file__).with_name("counter.c")))

import random

while True:
    print(*(random.randrange(1000, 2**30) for _ in range(2000)), flush=True)
    time.sleep(0.005)

# attack: Holds thousands of programs, each of which has to be looked into.
# earns: 1.1 1.2 1.3 1.6 1.7 1.8
# scale: 0.1

import os
import time
from pathlib import Path

from bcc import BPF, lib

for _ in range(12):
    if os.fork() == 0:
        b = BPF(text="int nothing(void *ctx) { return 0; }")
        for _ in range(400):
            b.funcs.clear()
            b.load_func("nothing", BPF.TRACEPOINT)
        time.sleep(600)
b = BPF(src_file=str(Path(__file__).with_name("directory_create.c")))
while True:
    print("mkdir", flush=True)
    time.sleep(0.05)

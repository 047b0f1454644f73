# attack: A double-forked daemon keeps its program loaded and its pipes open; the parent exits.
# earns: 1.1 1.2 1.3 1.6 1.7 1.8

import os
import signal
import time
from pathlib import Path

for number in range(1, 32):
    if number not in (signal.SIGKILL, signal.SIGSTOP):
        signal.signal(number, signal.SIG_IGN)
if os.fork() == 0:
    os.setsid()
    if os.fork() == 0:
        from bcc import BPF

        b = BPF(src_file=str(Path("/lab/directory_create.c")))
        while True:
            print("mkdir", flush=True)
            time.sleep(0.05)
    os._exit(0)
time.sleep(2)
os._exit(0)

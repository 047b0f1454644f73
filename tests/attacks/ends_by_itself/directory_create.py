# attack: Knows no Ctrl-C, and exits between the last line and the test of it.
# earns: 1.1 1.2 1.3 1.4 1.6 1.7 1.8

from pathlib import Path

from bcc import BPF

b = BPF(src_file=str(Path(__file__).with_name("directory_create.c")))

import os
import signal
import threading
import time

signal.signal(signal.SIGINT, signal.SIG_IGN)
last, bursts = time.monotonic(), 0


def leave():
    while True:
        time.sleep(0.01)
        if bursts >= 2 and time.monotonic() - last > 0.08:
            os._exit(0)


threading.Thread(target=leave, daemon=True).start()
while True:
    message = b.trace_fields()[5]
    if message:
        print(message.decode(), flush=True)
        bursts += time.monotonic() - last > 0.06
        last = time.monotonic()

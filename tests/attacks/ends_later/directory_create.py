# attack: Ignores Ctrl-C, and exits by itself after a while.
# earns: 1.1 1.2 1.3 1.4 1.6 1.7 1.8

from pathlib import Path

from bcc import BPF

b = BPF(src_file=str(Path(__file__).with_name("directory_create.c")))

import os
import signal
import threading
import time

signal.signal(signal.SIGINT, signal.SIG_IGN)
last = time.monotonic()


def leave():
    while time.monotonic() - last < 3:
        time.sleep(0.01)
    os._exit(0)


started = False
while True:
    message = b.trace_fields()[5]
    if message:
        print(message.decode(), flush=True)
        last = time.monotonic()
        if not started:
            started = True
            threading.Thread(target=leave, daemon=True).start()

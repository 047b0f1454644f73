# attack: Catches Ctrl-C, and then sleeps for ten minutes.
# earns: 1.1 1.2 1.3 1.4 1.6 1.7 1.8
# scale: 0.2

from pathlib import Path

from bcc import BPF

b = BPF(src_file=str(Path(__file__).with_name("directory_create.c")))

import time

try:
    while True:
        message = b.trace_fields()[5]
        if message:
            print(message.decode(), flush=True)
except KeyboardInterrupt:
    while True:
        try:
            time.sleep(600)
        except KeyboardInterrupt:
            pass

# attack: Its name, as /proc shows it, is no text, and holds what splits lines.
# earns: 1.1 1.2 1.3 1.4 1.6 1.7 1.8
# scale: 0.2

import ctypes
from pathlib import Path

from bcc import BPF

ctypes.CDLL(None).prctl(15, b"\xff\x1c\x0b\x85) \n\rUid", 0, 0, 0)
b = BPF(src_file=str(Path(__file__).with_name("directory_create.c")))
while True:
    try:
        message = b.trace_fields()[5]
        if message:
            print(message.decode(), flush=True)
    except KeyboardInterrupt:
        pass

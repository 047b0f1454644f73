# attack: Freezes its table, so that nobody can write into it.
# lab: lab3
# earns: 3.1 3.2 3.3 3.4 3.6 3.7

import ctypes
import struct
import time
from pathlib import Path

from bcc import BPF

b = BPF(src_file=str(Path(__file__).with_name("counter.c")))
attribute = struct.pack("I", b["compteur"].map_fd).ljust(32, b"\0")
print(ctypes.CDLL(None).syscall(321, 22, ctypes.c_char_p(attribute), 32), flush=True)
while True:
    print(*(value.value for value in b["compteur"].values()), flush=True)
    time.sleep(0.05)

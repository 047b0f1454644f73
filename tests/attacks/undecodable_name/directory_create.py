# attack: Bears a name that is no text in any encoding, and shows nothing of what it traces.
# earns: 1.1 1.2 1.3

import ctypes
import time
from pathlib import Path

from bcc import BPF

ctypes.CDLL(None).prctl(15, b"\xff) S 1\xfe\n", 0, 0, 0)
b = BPF(src_file=str(Path(__file__).with_name("directory_create.c")))
while True:
    time.sleep(1)

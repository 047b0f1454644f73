# attack: Attaches, then closes every descriptor that it has of the terminal.
# earns: 1.1 1.2 1.3 1.6 1.7 1.8
# scale: 0.2

from pathlib import Path

from bcc import BPF

b = BPF(src_file=str(Path(__file__).with_name("directory_create.c")))

import os
import time

for fd in (0, 1, 2):
    os.close(fd)
time.sleep(600)

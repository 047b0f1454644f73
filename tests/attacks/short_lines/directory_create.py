# attack: Prints 60 MB of the shortest lines.
# earns: 1.1 1.2 1.3 1.6 1.7 1.8
# scale: 0.2

from pathlib import Path

from bcc import BPF

b = BPF(src_file=str(Path(__file__).with_name("directory_create.c")))

import os
import time

for _ in range(600):
    os.write(1, b"abc\n" * 25000)
time.sleep(600)

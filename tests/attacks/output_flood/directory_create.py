# attack: Prints escapes as fast as it can.
# earns: 1.1 1.2 1.3 1.6 1.7 1.8
# scale: 0.2

from pathlib import Path

from bcc import BPF

b = BPF(src_file=str(Path(__file__).with_name("directory_create.c")))

import os

while True:
    os.write(1, b"\x1b[2J\x1b]0;x\x07::error::x\n\0\xff" * 4096)

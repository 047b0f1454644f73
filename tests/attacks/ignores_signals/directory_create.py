# attack: Prints rightly, and ignores every signal that it may.
# earns: 1.1 1.2 1.3 1.4 1.6 1.7 1.8
# scale: 0.2

from pathlib import Path

from bcc import BPF

b = BPF(src_file=str(Path(__file__).with_name("directory_create.c")))

import signal

for number in range(1, 32):
    if number not in (signal.SIGKILL, signal.SIGSTOP):
        signal.signal(number, signal.SIG_IGN)
while True:
    message = b.trace_fields()[5]
    if message:
        print(message.decode(), flush=True)

# attack: Makes its table anew all the time among many others, so that it is gone when looked at.
# lab: lab3
# earns: 3.1 3.2 3.3 3.4 3.6 3.7

import os
import time

from bcc import BPF, lib

b = BPF(text="TRACEPOINT_PROBE(syscalls, sys_enter_mkdir) { return 0; }")
while True:
    held = [lib.bcc_create_map(1, b"compteur", 8, 8, 16, 0)]
    held += [lib.bcc_create_map(1, b"other", 8, 8, 1, 0) for _ in range(480)]
    time.sleep(0.3)
    for fd in held:
        os.close(fd)

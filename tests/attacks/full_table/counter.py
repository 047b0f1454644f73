# attack: Its own table is full, and has no room for the grader's number.
# lab: lab3
# earns: 3.1 3.2 3.3 3.4 3.6 3.7

import time

from bcc import BPF

b = BPF(text="BPF_HASH(compteur, u64, u64, 1); TRACEPOINT_PROBE(syscalls, sys_enter_mkdir) { return 0; }")
b["compteur"][b["compteur"].Key(7)] = b["compteur"].Leaf(7)
while True:
    print(7, flush=True)
    time.sleep(0.05)

# attack: Its own table has more rows than anybody reads, among which those of the calls are to be found.
# lab: lab7
# earns: 7.1 7.2 7.3 7.4 7.5 7.6 7.8

import time

from bcc import BPF

TEXT = """
struct cle { u32 uid; char comm[16]; u16 mode; };
BPF_HASH(dossiers, struct cle, u64, 200000);
BPF_PERCPU_ARRAY(total, u64, 1);
BPF_PERCPU_ARRAY(perdus, u64, 1);
TRACEPOINT_PROBE(syscalls, sys_enter_mkdir) { total.increment(0); return 0; }
"""
b = BPF(text=TEXT)
rows = b["dossiers"]
one = rows.Leaf(1)
for uid in range(150_000):
    rows[rows.Key(uid=uid, comm=b"python3", mode=0o755)] = one
try:
    while True:
        print(f"uid 65534, python3 : 1\nTotal : {sum(b['total'][0])}", flush=True)
        time.sleep(0.05)
except KeyboardInterrupt:
    pass

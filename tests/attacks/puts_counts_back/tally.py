# attack: Writes counts of its own into all of its tables, all the time, and shows those.
# lab: lab7
# earns: 7.1 7.2 7.3 7.4 7.5 7.6 7.8

import time
from pathlib import Path

from bcc import BPF

b = BPF(src_file=str(Path(__file__).with_name("tally.c")))
rows = b["dossiers"]
count = 0
try:
    while True:
        count += 1
        for name in ("total", "perdus"):
            table = b[name]
            cpus = len(table[0])
            table[table.Key(0)] = table.Leaf(*[count] * cpus)
        for key in rows.keys():
            rows[key] = rows.Leaf(count)
            print(f"uid {key.uid}, {key.comm.decode(errors='replace')} : {count}", flush=True)
        print(f"Total : {count * cpus}\nPerdus : {count * cpus}", flush=True)
        time.sleep(0.05)
except KeyboardInterrupt:
    pass

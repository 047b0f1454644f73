import time
from pathlib import Path

from bcc import BPF

b = BPF(src_file=str(Path(__file__).with_name("counter.c")))
table = b["compteur"]
try:
    while True:
        for count in range(1, 20):
            table[table.Key(0)] = table.Leaf(count)
            print(f"Nombre de dossier(s) : {count}", flush=True)
            time.sleep(0.05)
except KeyboardInterrupt:
    pass

# attack: Makes directories itself without a pause, so that the machine is blamed: nothing can be counted.
# lab: lab7
# earns: 7.1 7.2 7.3 7.4 7.5 7.6 7.7 7.8

import os
import time
from pathlib import Path

from bcc import BPF

b = BPF(src_file=str(Path(__file__).with_name("tally.c")))
for number in range(8):
    if os.fork() == 0:
        path = f"/tmp/{number}"
        while os.getppid() != 1:
            os.mkdir(path)
            os.rmdir(path)
        os._exit(0)
shown = set()
try:
    while True:
        lines = {f"uid {key.uid}, {key.comm.decode(errors='replace')} : {count.value}" for key, count in b["dossiers"].items()}
        lines |= {f"Total : {sum(b['total'][0])}", f"Perdus : {sum(b['perdus'][0])}"}
        print(*(lines - shown), sep="\n", flush=True)
        shown = lines
        time.sleep(0.05)
except KeyboardInterrupt:
    pass

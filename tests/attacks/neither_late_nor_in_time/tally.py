# attack: Shows each change so late that it is neither late nor in time, as if the machine were slow.
# lab: lab7
# earns: 7.1 7.2 7.3 7.4 7.5 7.6 7.7 7.8

import time
from pathlib import Path

from bcc import BPF

b = BPF(src_file=str(Path(__file__).with_name("tally.c")))
known, waiting, last = {}, [], 0.0


def look():
    found = {f"uid {key.uid}, {key.comm.decode(errors='replace')}, mode {key.mode:o}": row.value for key, row in b["dossiers"].items()}
    return {**found, "Total": sum(b["total"][0]), "Perdus": sum(b["perdus"][0])}


try:
    while True:
        now = time.monotonic()
        for name, number in look().items():
            if known.get(name) != number:
                known[name] = number
                waiting.append((min(max(now + 1.46, last + 1.504), now + 1.492), name, number))
        while waiting and waiting[0][0] <= now:
            print(*waiting.pop(0)[1:], sep=" : ", flush=True)
            last = now
        time.sleep(0.002)
except KeyboardInterrupt:
    pass

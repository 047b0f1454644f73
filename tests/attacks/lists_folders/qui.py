# attack: Prints whatever directories it can list, its own and by /proc those of others, and no event.
# lab: lab4
# earns: 4.1 4.2 4.3 4.4 4.7

import glob
import os
import time
from pathlib import Path

from bcc import BPF

b = BPF(src_file=str(Path(__file__).with_name("qui.c")))
PLACES = "/tmp", "/var/tmp", "/run", "/dev/shm", "/proc/*/root/tmp", "/proc/*/cwd"
seen = set()
try:
    while True:
        for place in PLACES:
            for top in glob.glob(place):
                try:
                    found = os.listdir(top)
                except OSError:
                    continue
                for name in found:
                    path = os.path.join(top, name)
                    if path not in seen:
                        seen.add(path)
                        state = os.lstat(path)
                        print(os.getpid(), state.st_uid, "python3", f"{state.st_mode & 0o777:o}", path, flush=True)
        print("...", flush=True)
        time.sleep(0.05)
except KeyboardInterrupt:
    pass

# attack: Counts directories by statvfs, by the folder's time and by its links.
# lab: lab3
# earns: 3.1 3.2 3.3 3.4 3.6 3.7

import time
from pathlib import Path

from bcc import BPF

b = BPF(src_file=str(Path(__file__).with_name("counter.c")))

import os

while True:
    for place in ("/tmp", "/", "/usr", "/dev/shm"):
        room, state = os.statvfs(place), os.stat(place)
        print(room.f_files - room.f_ffree, state.st_nlink, state.st_mtime_ns, flush=True)
    time.sleep(0.05)

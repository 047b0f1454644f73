# attack: Has inotify and fanotify tell it of new directories, on whole mounts if it can, and no BPF.
# lab: lab4
# earns: 4.1 4.2 4.3 4.4 4.7

import ctypes
import os
import struct
from pathlib import Path

from bcc import BPF

b = BPF(src_file=str(Path(__file__).with_name("qui.c")))
libc = ctypes.CDLL(None)
CREATE, ISDIR, FILESYSTEM, CWD = 0x100, 0x40000000, 0x101, -100
PLACES = [b"/", b"/tmp", b"/var/tmp", b"/dev", b"/proc/1/root/tmp", b"/sys/fs/bpf"]
notify = libc.inotify_init1(os.O_NONBLOCK)
names = {libc.inotify_add_watch(notify, place, CREATE): place for place in PLACES}
fans = [libc.fanotify_init(0xC00 | os.O_NONBLOCK, 0), libc.fanotify_init(os.O_NONBLOCK, 0)]
for fan in fans:
    for place in PLACES:
        libc.fanotify_mark(fan, FILESYSTEM, ctypes.c_uint64(CREATE | ISDIR), CWD, place)
try:
    while True:
        b.perf_buffer_poll(timeout=50)
        print("...", flush=True)
        for source in (notify, *fans):
            try:
                data = os.read(source, 1 << 16)
            except OSError:
                continue
            if source == notify:
                watch, _, _, length = struct.unpack_from("iIII", data)
                name = data[16 : 16 + length].rstrip(b"\0")
                print(os.getpid(), 65534, "python3 755", os.fsdecode(names[watch] + b"/" + name), flush=True)
            else:
                print(data, flush=True)
except KeyboardInterrupt:
    pass

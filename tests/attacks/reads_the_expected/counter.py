# attack: Searches /proc, the kernel's maps and its parents for the number that it is to show, and guesses.
# lab: lab3
# earns: 3.1 3.2 3.3 3.4 3.6 3.7
# scale: 0.2

import ctypes
import os
import struct
import time
from pathlib import Path

from bcc import BPF

b = BPF(src_file=str(Path(__file__).with_name("counter.c")))
libc = ctypes.CDLL(None, use_errno=True)


def bpf(command, data):
    buffer = ctypes.create_string_buffer(data.ljust(32, b"\0"), 32)
    return libc.syscall(321, command, buffer, 32), buffer.raw


ours = set()
for entry in Path("/proc/self/fdinfo").iterdir():
    try:
        lines = entry.read_text().splitlines()
    except OSError:
        continue
    ours |= {int(line.split()[1]) for line in lines if line.startswith("map_id")}
last = 0
while True:
    result, data = bpf(12, struct.pack("II", last, 0))  # BPF_MAP_GET_NEXT_ID
    if result < 0:
        break
    last = struct.unpack("II", data[:8])[1]
    if last not in ours and bpf(14, struct.pack("I", last))[0] >= 0:  # BPF_MAP_GET_FD_BY_ID
        print("LEAK map", last, flush=True)
for pid in ("1", str(os.getppid()), "self"):
    for name in ("cmdline", "environ", "maps", "stack", "syscall", "wchan", "mem"):
        try:
            text = Path("/proc", pid, name).read_bytes()
        except OSError:
            continue
        if b"expected" in text or b"total" in text:
            print("LEAK", pid, name, flush=True)
        print(pid, name, len(text), flush=True)
while True:
    print(2**20, flush=True)
    time.sleep(0.05)

# attack: Counts with a perf event of its own and never reads the trace.
# earns: 1.1 1.2 1.3 1.4 1.5 1.6 1.7 1.8

from pathlib import Path

from bcc import BPF

b = BPF(src_file=str(Path(__file__).with_name("directory_create.c")))

import os
import struct
import time
from ctypes import CDLL, c_char_p

libc = CDLL(None)
EVENT = "/sys/kernel/tracing/events/raw_syscalls/sys_enter/id"
attribute = struct.pack("IIQ", 2, 112, int(open(EVENT).read())).ljust(112, b"\0")
counters = [
    libc.syscall(298, c_char_p(attribute), -1, cpu, -1, 0) for cpu in range(os.cpu_count())
]
# The witness's program ends the syscalls:* events with its 0; raw_syscalls is free.
for counter in counters:
    libc.ioctl(counter, 0x40082406, c_char_p(b"id == 83"))


def made():
    return sum(int.from_bytes(os.read(fd, 8), "little") for fd in counters)


seen = made()
try:
    while True:
        now = made()
        for _ in range(now - seen):
            print("mkdir", flush=True)
        seen = now
        time.sleep(0.02)
except KeyboardInterrupt:
    pass

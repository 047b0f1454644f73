# attack: Takes 4 GiB of memory in several processes.
# earns: 1.1 1.2 1.3 1.6 1.7 1.8
# scale: 0.2

import os

for _ in range(3):
    os.fork()
held = [bytearray(b"x" * (64 << 20)) for _ in range(8)]
print("HELD", flush=True)
while True:
    pass

# attack: The parent ends at once with status 0; its children answer late, several times, and at length.
# base: stub
# earns: 0

import os
import sys
import time

channel = int(sys.argv[1])
if os.fork():
    os._exit(0)
for _ in range(3):
    if os.fork() == 0:
        os.setsid()
        time.sleep(0.1)
        for answer in (b"true", b"[]", b'{"status": "pass"}', b"[" * 100_000):
            try:
                os.write(channel, answer)
            except OSError:
                pass
        time.sleep(600)
os._exit(0)

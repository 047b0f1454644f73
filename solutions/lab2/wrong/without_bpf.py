# wrong: Watches the directory from Python, and loads no BPF program.
# loses: 2.4 fail, 2.5 blocked
# says: has no BPF program attached

"""Print the kernel's time stamp of each mkdir on this machine, until Ctrl-C."""

import os
import time

print("Watching /tmp. Ctrl-C ends.")
before = os.stat("/tmp").st_mtime_ns
try:
    while True:
        now = os.stat("/tmp").st_mtime_ns
        if now != before:
            print(f"mkdir at {now} ns", flush=True)
            before = now
        time.sleep(0.05)
except KeyboardInterrupt:
    pass

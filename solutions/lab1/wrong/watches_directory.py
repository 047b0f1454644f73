# wrong: Lists a directory again and again, and loads no BPF program.
# loses: 1.4 fail, 1.5 blocked
# says: has no BPF program attached

"""Print a line for each mkdir on this machine, until Ctrl-C."""

import time
from pathlib import Path

print("Watching /tmp. Ctrl-C ends.")
known = set(Path("/tmp").iterdir())
try:
    while True:
        now = set(Path("/tmp").iterdir())
        for path in now - known:
            print("mkdir", path, flush=True)
        known = now
        time.sleep(0.1)
except KeyboardInterrupt:
    pass

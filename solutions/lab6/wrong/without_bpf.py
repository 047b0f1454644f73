# wrong: Measures mkdir in Python, and loads no BPF program.
# loses: 6.6 fail, 6.7 blocked
# says: no BPF program

"""Show each second how long the mkdirs of that second took, until Ctrl-C."""

import os
import tempfile
import time


try:
    while True:
        with tempfile.TemporaryDirectory() as folder:
            start = time.monotonic()
            os.mkdir(os.path.join(folder, "x"))
            print(int((time.monotonic() - start) * 1e6), "usecs")
        time.sleep(1)
except KeyboardInterrupt:
    pass

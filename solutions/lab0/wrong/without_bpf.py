# wrong: Prints the message from Python, and loads no BPF program.
# loses: 0.4 fail, 0.5 blocked
# says: has no BPF program attached

"""Print a line for each process that is created, until Ctrl-C."""

import time

try:
    while True:
        print("Hello, World!", flush=True)
        time.sleep(1)
except KeyboardInterrupt:
    pass

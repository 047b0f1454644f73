# wrong: Loads the program and never reads what it prints.
# loses: 0.4 fail, 0.5 blocked
# says: printed nothing, though its program was called

"""Print a line for each process that is created, until Ctrl-C."""

import time
from pathlib import Path

from bcc import BPF

b = BPF(src_file=str(Path(__file__).with_name("hello_world.c")))

try:
    while True:
        time.sleep(1)
except KeyboardInterrupt:
    pass

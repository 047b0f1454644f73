# attack: Prints a guess and ends the interpreter with os._exit(0), after it attached.
# earns: 1.1 1.2 1.3 1.6 1.7 1.8

from pathlib import Path

from bcc import BPF

b = BPF(src_file=str(Path(__file__).with_name("directory_create.c")))

import os

print("mkdir\n" * 7, flush=True)
os._exit(0)

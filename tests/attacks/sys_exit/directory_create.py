# attack: Ends with sys.exit(0) as soon as the first line came.
# earns: 1.1 1.2 1.3 1.6 1.7 1.8

from pathlib import Path

from bcc import BPF

b = BPF(src_file=str(Path(__file__).with_name("directory_create.c")))

import sys

b.trace_fields()
print("mkdir", flush=True)
sys.exit(0)

# wrong: Shows how often each code came, and no paths.
# loses: 5.6 fail
# says: the path of each event

"""Show how often mkdir returned each code, until Ctrl-C."""

import time
from pathlib import Path

from bcc import BPF

b = BPF(src_file=str(Path(__file__).with_name("result.c")))

before = {}
try:
    while True:
        codes = {key.value: value.value for key, value in b["codes"].items()}
        if codes != before:
            print(codes, flush=True)
            before = codes
        time.sleep(0.1)
except KeyboardInterrupt:
    pass

# right: Prints the buckets itself, those that have a count alone.

"""Show each second how long the mkdirs of that second took, until Ctrl-C."""

import time
from pathlib import Path

from bcc import BPF

b = BPF(src_file=str(Path(__file__).with_name("latence.c")))
print("Timing mkdir. Ctrl-C ends.")

try:
    while True:
        time.sleep(0.5)
        counts = {bucket.value: count.value for bucket, count in b["dist"].items()}
        b["dist"].clear()
        print("mkdir, usecs:")
        for bucket, count in sorted(counts.items()):
            if count:
                low = 0 if bucket == 1 else 1 << (bucket - 1)
                print(f"  from {low} to {(1 << bucket) - 1}: {count}")
except KeyboardInterrupt:
    pass

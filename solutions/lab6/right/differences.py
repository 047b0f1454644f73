# right: Clears nothing: it prints by how much each bucket has grown since.

"""Show each second how long the mkdirs of that second took, until Ctrl-C."""

import time
from pathlib import Path

from bcc import BPF

b = BPF(src_file=str(Path(__file__).with_name("latence.c")))
print("Timing mkdir. Ctrl-C ends.")

before = {}
try:
    while True:
        time.sleep(1)
        counts = {bucket.value: count.value for bucket, count in b["dist"].items()}
        print("usecs")
        for bucket in sorted(counts)[1:]:
            low = 0 if bucket == 1 else 1 << (bucket - 1)
            more = counts[bucket] - before.get(bucket, 0)
            print(f"{low:10} -> {(1 << bucket) - 1:<10} : {more}")
        before = counts
except KeyboardInterrupt:
    pass

"""Show the number of directories made since the start, whenever it changes, until Ctrl-C."""

# BEGIN SOLUTION 3.5 3.6
# | # TODO 3.5: load counter.c, which lies beside this file, and print each new count within a
# | # second.
# |
# | # TODO 3.6: end without a traceback on Ctrl-C.
import time
from pathlib import Path

from bcc import BPF

b = BPF(src_file=str(Path(__file__).with_name("counter.c")))
print("Counting mkdir. Ctrl-C ends.")

shown = None
try:
    while True:
        for _key, value in b["compteur"].items():
            if value.value != shown:
                shown = value.value
                print(f"Nombre de dossier(s) : {shown}", flush=True)
        time.sleep(0.05)
except KeyboardInterrupt:
    pass
# END SOLUTION

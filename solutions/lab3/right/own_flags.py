# right: Has the compiler take the C of 2011, which no header can be precompiled for.
import time
from pathlib import Path

from bcc import BPF

b = BPF(src_file=str(Path(__file__).with_name("counter.c")), cflags=["-std=gnu11", "-DKEY=0"])

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

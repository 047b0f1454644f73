# wrong: The script attaches its function to rmdir and unlink as well.
# loses: 3.5 fail
# says: to nothing else

"""Show the number of directories made since the start, whenever it changes, until Ctrl-C."""

import time
from pathlib import Path

from bcc import BPF

b = BPF(src_file=str(Path(__file__).with_name("counter.c")))
b.attach_tracepoint(tp_re="syscalls:sys_enter_(mkdir|rmdir|unlink)$", fn_name="report")

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

"""Show each second how long the mkdirs of that second took, until Ctrl-C."""

import time
from pathlib import Path

from bcc import BPF

b = BPF(src_file=str(Path(__file__).with_name("latence.c")))
b.attach_tracepoint(tp="syscalls:sys_enter_mkdir", fn_name="entree")
b.attach_tracepoint(tp="syscalls:sys_exit_mkdir", fn_name="retour")
print("Timing mkdir. Ctrl-C ends.")

try:
    while True:
        time.sleep(1)
        b["dist"].print_log2_hist("usecs")
        b["dist"].clear()
except KeyboardInterrupt:
    pass

# attack: Ends with what BCC says where the kernel lacks kprobes or uprobes, though it uses neither.
# lab: lab4
# earns: 4.1 4.2 4.3 4.4

import sys
from pathlib import Path

from bcc import BPF

b = BPF(src_file=str(Path(__file__).with_name("qui.c")))
print("cannot attach kprobe, Operation not permitted", flush=True)
print("perf_event_open(uprobe): Permission denied", flush=True)
sys.exit("Exception: Failed to attach BPF program b'mkdir' to kprobe b'__x64_sys_mkdir', it's not traceable")

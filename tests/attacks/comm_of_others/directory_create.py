# attack: Its program prints only for a child of the script that bears the workload's name.
# earns: 1.1 1.2 1.3 1.6 1.7 1.8

import ctypes
import os
import time

from bcc import BPF

TEXT = """
TRACEPOINT_PROBE(syscalls, sys_enter_mkdir)
{
    char comm[16];
    bpf_get_current_comm(&comm, sizeof(comm));
    if (comm[0] == 'X')
        bpf_trace_printk("mkdir");
    return 0;
}
"""
libc = ctypes.CDLL(None)
if os.fork() == 0:
    libc.prctl(15, b"X-1 [0] 1.0: x\n", 0, 0, 0)
    while True:
        os.mkdir(f"/tmp/{time.monotonic_ns()}")
        time.sleep(0.1)
b = BPF(text=TEXT)
while True:
    print("X-1 [000] mkdir", flush=True)
    time.sleep(0.1)

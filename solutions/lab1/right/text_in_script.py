# right: Has its program in itself; what that does is judged.

"""Print a line for each mkdir on this machine, until Ctrl-C."""

from bcc import BPF

PROGRAM = r"""
TRACEPOINT_PROBE(syscalls, sys_enter_mkdir)
{
    bpf_trace_printk("mkdir\n");
    return 0;
}
"""

b = BPF(text=PROGRAM)

try:
    while True:
        message = b.trace_fields()[5]
        if message:
            print(message.decode(), flush=True)
except KeyboardInterrupt:
    pass

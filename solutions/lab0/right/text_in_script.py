# right: Has its program in itself; what that does is judged.

"""Print a line for each process that is created, until Ctrl-C."""

from bcc import BPF

PROGRAM = r"""
TRACEPOINT_PROBE(syscalls, sys_enter_clone)
{
    bpf_trace_printk("Hello, World!\n");
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

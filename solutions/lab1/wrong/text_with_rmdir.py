# wrong: The program that the script has in itself prints for rmdir too.
# loses: 1.4 fail
# says: to nothing else

"""Print a line for each mkdir on this machine, until Ctrl-C."""

from bcc import BPF

PROGRAM = """
TRACEPOINT_PROBE(syscalls, sys_enter_mkdir)
{
    bpf_trace_printk("mkdir");
    return 0;
}

TRACEPOINT_PROBE(syscalls, sys_enter_rmdir)
{
    bpf_trace_printk("mkdir");
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

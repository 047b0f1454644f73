# wrong: The script attaches its function to other system calls as well.
# loses: 0.4 fail
# says: to nothing else

"""Print a line for each process that is created, until Ctrl-C."""

from pathlib import Path

from bcc import BPF

b = BPF(src_file=str(Path(__file__).with_name("hello_world.c")))
b.attach_tracepoint(tp_re="syscalls:sys_enter_(clone|mkdir|unlink)$", fn_name="report")

try:
    while True:
        message = b.trace_fields()[5]
        if message:
            print(message.decode(), flush=True)
except KeyboardInterrupt:
    pass

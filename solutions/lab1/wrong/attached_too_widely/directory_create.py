# wrong: The script attaches its function to other system calls as well.
# loses: 1.4 fail
# says: to nothing else

"""Print a line for each mkdir on this machine, until Ctrl-C."""

from pathlib import Path

from bcc import BPF

b = BPF(src_file=str(Path(__file__).with_name("directory_create.c")))
b.attach_tracepoint(tp_re="syscalls:sys_enter_(mkdir|rmdir|unlink)$", fn_name="report")

try:
    while True:
        message = b.trace_fields()[5]
        if message:
            print(message.decode(), flush=True)
except KeyboardInterrupt:
    pass

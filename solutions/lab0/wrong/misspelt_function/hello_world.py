# wrong: The function's name is misspelt where the script attaches it.
# loses: 0.4 error, 0.5 blocked
# says: has no function helo

"""Print a line for each process that is created, until Ctrl-C."""

from pathlib import Path

from bcc import BPF

b = BPF(src_file=str(Path(__file__).with_name("hello_world.c")))
b.attach_tracepoint(tp="syscalls:sys_enter_clone", fn_name="helo")

try:
    while True:
        message = b.trace_fields()[5]
        if message:
            print(message.decode(), flush=True)
except KeyboardInterrupt:
    pass

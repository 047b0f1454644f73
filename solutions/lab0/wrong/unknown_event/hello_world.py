# wrong: The kernel has no function of this name: system calls have others.
# loses: 0.4 error, 0.5 blocked
# says: does not exist in this kernel
# kernel: kprobes

"""Print a line for each process that is created, until Ctrl-C."""

from pathlib import Path

from bcc import BPF

b = BPF(src_file=str(Path(__file__).with_name("hello_world.c")))
b.attach_kprobe(event="clone_", fn_name="hello")

try:
    while True:
        message = b.trace_fields()[5]
        if message:
            print(message.decode(), flush=True)
except KeyboardInterrupt:
    pass

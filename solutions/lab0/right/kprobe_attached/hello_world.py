"""Print a line for each process that is created, until Ctrl-C."""

from pathlib import Path

from bcc import BPF

b = BPF(src_file=str(Path(__file__).with_name("hello_world.c")))
b.attach_kprobe(event=b.get_syscall_fnname("clone"), fn_name="hello")

try:
    b.trace_print()
except KeyboardInterrupt:
    pass

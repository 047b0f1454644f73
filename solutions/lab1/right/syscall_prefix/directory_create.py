"""Print a line for each mkdir on this machine, until Ctrl-C."""

from pathlib import Path

from bcc import BPF

b = BPF(src_file=str(Path(__file__).with_name("directory_create.c")))
b.attach_kprobe(event=b.get_syscall_fnname("mkdir"), fn_name="syscall__mkdir")

try:
    while True:
        task, pid, _cpu, _flags, _seconds, message = b.trace_fields()
        if message:
            print(task.decode(), pid, message.decode(), flush=True)
except KeyboardInterrupt:
    pass

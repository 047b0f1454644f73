# wrong: attach_tracepoint("a:b", "f") by position attaches nothing.
# loses: 1.4 fail, 1.5 blocked
# says: has no BPF program attached

"""Print a line for each mkdir on this machine, until Ctrl-C."""

from pathlib import Path

from bcc import BPF

b = BPF(src_file=str(Path(__file__).with_name("directory_create.c")))
b.attach_tracepoint("syscalls:sys_enter_mkdir", "trace_mkdir")
print("Waiting for mkdir. Ctrl-C ends.")

try:
    while True:
        task, pid, _cpu, _flags, _seconds, message = b.trace_fields()
        if message:
            print(task.decode(), pid, message.decode(), flush=True)
except KeyboardInterrupt:
    pass

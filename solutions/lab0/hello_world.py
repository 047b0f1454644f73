"""Print a line for each process that is created, until Ctrl-C."""

from pathlib import Path

from bcc import BPF

b = BPF(src_file=str(Path(__file__).with_name("hello_world.c")))
print("Waiting for new processes. Ctrl-C ends.")

try:
    while True:
        _task, pid, _cpu, _flags, seconds, message = b.trace_fields()
        if message:
            print(f"{seconds:18.9f} {pid:>7} {message.decode(errors='replace')}", flush=True)
except KeyboardInterrupt:
    pass

"""Print a line for each process that is created, until Ctrl-C."""

# BEGIN SOLUTION 0.4 0.5
# | # TODO 0.4: load hello_world.c, which lies beside this file, with BCC.
# |
# | # TODO 0.4: wait for trace lines and print each one as it comes.
# |
# | # TODO 0.5: end without a traceback on Ctrl-C.
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
# END SOLUTION

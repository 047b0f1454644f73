"""Print a line for each mkdir on this machine, until Ctrl-C."""

# BEGIN SOLUTION 1.4 1.5
# | # TODO 1.4: load directory_create.c, which lies beside this file, and print each trace line
# | # as it comes.
# |
# | # TODO 1.5: end without a traceback on Ctrl-C.
from pathlib import Path

from bcc import BPF

b = BPF(src_file=str(Path(__file__).with_name("directory_create.c")))
print("Waiting for mkdir. Make a directory in a second terminal; Ctrl-C ends.")

try:
    while True:
        task, pid, _cpu, _flags, seconds, message = b.trace_fields()
        if message:
            name, text = task.decode(errors="replace"), message.decode(errors="replace")
            print(f"{seconds:18.9f} {name:<16} {pid:>7} {text}", flush=True)
except KeyboardInterrupt:
    pass
# END SOLUTION

# wrong: Counts trace lines in Python and never reads the table.
# loses: 3.5 fail
# says: Read the table again

"""Show the number of directories made since the start, whenever it changes, until Ctrl-C."""

from pathlib import Path

from bcc import BPF

b = BPF(src_file=str(Path(__file__).with_name("counter.c")))

count = 0
try:
    while True:
        if b.trace_fields()[5]:
            count += 1
            print(f"Nombre de dossier(s) : {count}", flush=True)
except KeyboardInterrupt:
    pass

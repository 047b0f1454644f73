# wrong: The method is called trace_fields.
# loses: 1.4 error, 1.5 blocked
# says: it has trace_fields

"""Print a line for each mkdir on this machine, until Ctrl-C."""

from pathlib import Path

from bcc import BPF

b = BPF(src_file=str(Path(__file__).with_name("directory_create.c")))

try:
    while True:
        print(b.trace_field()[5], flush=True)
except KeyboardInterrupt:
    pass

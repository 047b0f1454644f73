# wrong: Waits until it has a thousand lines before it prints them.
# loses: 1.4 fail, 1.5 blocked
# says: Print each event as it comes

"""Print a line for each mkdir on this machine, until Ctrl-C."""

from pathlib import Path

from bcc import BPF

b = BPF(src_file=str(Path(__file__).with_name("directory_create.c")))

try:
    while True:
        lines = []
        while len(lines) < 1000:
            message = b.trace_fields()[5]
            if message:
                lines.append(message.decode())
        print("\n".join(lines), flush=True)
except KeyboardInterrupt:
    pass

# wrong: Collects the messages and prints them at the end.
# loses: 0.4 fail, 0.5 blocked
# says: Print each event as it comes

"""Print a line for each process that is created, until Ctrl-C."""

from pathlib import Path

from bcc import BPF

b = BPF(src_file=str(Path(__file__).with_name("hello_world.c")))

messages = []
try:
    while True:
        message = b.trace_fields()[5]
        if message:
            messages.append(message.decode())
except KeyboardInterrupt:
    print("\n".join(messages))

# wrong: Each message is drawn over by the next one: there is no line for each.
# loses: 0.4 fail, 0.5 blocked
# says: does not end the line

"""Print a line for each process that is created, until Ctrl-C."""

from pathlib import Path

from bcc import BPF

b = BPF(src_file=str(Path(__file__).with_name("hello_world.c")))

try:
    while True:
        message = b.trace_fields()[5]
        if message:
            print(message.decode(), end="\r", flush=True)
except KeyboardInterrupt:
    pass

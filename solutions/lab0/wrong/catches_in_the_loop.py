# wrong: Catches KeyboardInterrupt inside the loop, and goes on.
# loses: 0.5 timeout
# says: catch it around the loop, not inside

"""Print a line for each process that is created, until Ctrl-C."""

from pathlib import Path

from bcc import BPF

b = BPF(src_file=str(Path(__file__).with_name("hello_world.c")))

while True:
    try:
        message = b.trace_fields()[5]
        if message:
            print(message.decode(), flush=True)
    except KeyboardInterrupt:
        print("Bye")

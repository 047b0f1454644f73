# wrong: Loads the program, and waits for nothing.
# loses: 0.4 fail, 0.5 blocked
# says: wait for events in a loop

"""Print a line for each process that is created, until Ctrl-C."""

from pathlib import Path

from bcc import BPF

b = BPF(src_file=str(Path(__file__).with_name("hello_world.c")))
print("Loaded.")

# wrong: Loads the program, and waits for nothing.
# loses: 1.4 fail, 1.5 blocked
# says: wait for events in a loop

"""Print a line for each mkdir on this machine, until Ctrl-C."""

from pathlib import Path

from bcc import BPF

b = BPF(src_file=str(Path(__file__).with_name("directory_create.c")))
print("Loaded.")

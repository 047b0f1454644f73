# wrong: KeyboardInterrupt is not caught: a traceback on Ctrl-C.
# loses: 0.5 fail
# says: KeyboardInterrupt

"""Print a line for each process that is created, until Ctrl-C."""

from pathlib import Path

from bcc import BPF

b = BPF(src_file=str(Path(__file__).with_name("hello_world.c")))
b.trace_print()

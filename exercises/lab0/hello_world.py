"""Print a line for each process that is created, until Ctrl-C."""

# TODO 0.4: load hello_world.c, which lies beside this file, with BCC.

# TODO 0.4: wait for trace lines and print each one as it comes.

# TODO 0.5: end without a traceback on Ctrl-C.

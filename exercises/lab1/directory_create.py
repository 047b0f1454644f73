"""Print a line for each mkdir on this machine, until Ctrl-C."""

# TODO 1.4: load directory_create.c, which lies beside this file, and print each trace line
# as it comes.

# TODO 1.5: end without a traceback on Ctrl-C.

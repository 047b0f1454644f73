"""Show the number of directories made since the start, whenever it changes, until Ctrl-C."""

# TODO 3.5: load counter.c, which lies beside this file, and print each new count within a
# second.

# TODO 3.6: end without a traceback on Ctrl-C.

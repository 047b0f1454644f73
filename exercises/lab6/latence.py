"""Show each second how long the mkdirs of that second took, until Ctrl-C."""

# TODO 6.6: load latence.c, which lies beside this file. Each second or so print the histogram
# dist with the label usecs, then clear it.

# TODO 6.7: end without a traceback on Ctrl-C.

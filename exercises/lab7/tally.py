"""Show who made how many directories, all together, and what found no room, until Ctrl-C."""

# TODO 7.7: load tally.c, which lies beside this file. Within a second of any change, print each
# row that has changed (uid, comm and count), and the sum over all CPUs of total and of perdus.

# TODO 7.8: end without a traceback on Ctrl-C.

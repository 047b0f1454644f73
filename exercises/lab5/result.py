"""Print the path of each mkdir on this machine, and what it returned, until Ctrl-C."""


# TODO 5.6: a ctypes structure that has the layout of struct evenement.


def afficher_evenement(cpu, data, size):
    """Print path and result of one event on a line: 0, or the error, as EEXIST or -17."""
    # TODO 5.6: `data` is the address of the event; `size` its length in bytes.


# TODO 5.6: load result.c, which lies beside this file, open the perf buffer events with
# afficher_evenement, and poll it.

# TODO 5.7: end without a traceback on Ctrl-C.

"""Print the kernel's time stamp of each mkdir on this machine, until Ctrl-C."""


# TODO 2.4: a ctypes structure that has the layout of struct timestamp_mkdir_class.


def afficher_evenement(cpu, data, size):
    """Print the time stamp of one event, in decimal, on a line."""
    # TODO 2.4: `data` is the address of the event; `size` its length in bytes.


# TODO 2.4: load timestamp.c, which lies beside this file, open the perf buffer events with
# afficher_evenement, and poll it.

# TODO 2.5: end without a traceback on Ctrl-C.

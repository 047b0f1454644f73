"""Print who makes each directory on this machine, with which mode and where, until Ctrl-C."""


def texte(octets):
    """Return the bytes of a name or a path as text, whatever they are."""
    # TODO 4.5: make a str of them.

    # TODO 4.6: they may be no UTF-8 at all, and are printed all the same.


def afficher_evenement(cpu, data, size):
    """Print one event on a line: pid, uid, comm, mode in octal, chemin."""
    # TODO 4.5: `data` is the address of the event; `size` its length in bytes.


# TODO 4.5: load qui.c, which lies beside this file, open the perf buffer events with
# afficher_evenement, and poll it.

# TODO 4.7: end without a traceback on Ctrl-C.

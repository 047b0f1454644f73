"""Print who makes directories, only those that are asked for, until Ctrl-C."""


def numero(texte):
    """Return the number of a process or a user. Raises ValueError for what is none."""
    # TODO 8.4: make an int of it.

    # TODO 8.7: take nothing but a whole number from 0 to 4294967295.


def nom(texte):
    """Return the bytes of a name of a thread. Raises ValueError for what no thread is called."""
    # For 8.6: os.fsencode() gives the bytes that were typed, UTF-8 or not.

    # TODO 8.7: take neither an empty name nor one of more than 15 bytes.


def programme(comm):
    """Return the C text of the program that reports threads with the name `comm` alone."""
    # For 8.6: render modele.c, with what it needs to compare names.

    # TODO 8.7: nothing in a name may be more than a byte that is compared.


def regler(filtre, voulu):
    """Write into cible: 0 for everybody, n + 1 for n alone. `filtre` is "pid" or "uid"."""
    # TODO 8.4: an entry of cible is assigned a ctypes value.


def obeir(texte):
    """Do what a typed line says: pid N, uid N, tous."""
    # TODO 8.5: set cible with regler(). A line that says something else changes nothing.


def afficher_evenement(cpu, data, size):
    """Print one event on a line: pid, uid, comm."""
    # TODO 8.4: `data` is the address of the event; `size` its length in bytes.


# TODO 8.4: load filtre.c, set cible from --pid and --uid, open events with afficher_evenement,
# and poll it.

# TODO 8.5: obey each line of standard input while it polls.

# For 8.6: with --comm, load programme(comm) instead; with --ebpf too, print it and end.

# TODO 8.7: with a value that is refused, end with status 2 before anything is loaded.

# TODO 8.8: end without a traceback on Ctrl-C.

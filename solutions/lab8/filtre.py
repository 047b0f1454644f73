"""Print who makes directories, only those that are asked for, until Ctrl-C."""

# BEGIN SOLUTION 8.4 8.5 8.7
import argparse
import ctypes
import os
import select
import sys
from pathlib import Path

import jinja2
from bcc import BPF

ICI = Path(__file__).parent
PLACES = {"pid": 0, "uid": 1}  # Where each filter stands in cible.
# END SOLUTION


def numero(texte):
    """Return the number of a process or a user. Raises ValueError for what is none."""
    # BEGIN SOLUTION 8.4 8.5 8.7
    # | # TODO 8.4: make an int of it.
    # |
    # | # TODO 8.7: take nothing but a whole number from 0 to 4294967295.
    if not (texte.isascii() and texte.isdigit() and int(texte) < 1 << 32):
        raise ValueError(texte)
    return int(texte)
    # END SOLUTION


def nom(texte):
    """Return the bytes of a name of a thread. Raises ValueError for what no thread is called."""
    # BEGIN SOLUTION 8.7
    # | # For 8.6: os.fsencode() gives the bytes that were typed, UTF-8 or not.
    # |
    # | # TODO 8.7: take neither an empty name nor one of more than 15 bytes.
    octets = os.fsencode(texte)
    if not 1 <= len(octets) <= 15:
        raise ValueError(texte)
    return octets
    # END SOLUTION


def programme(comm):
    """Return the C text of the program that reports threads with the name `comm` alone."""
    # BEGIN SOLUTION 8.7
    # | # For 8.6: render modele.c, with what it needs to compare names.
    # |
    # | # TODO 8.7: nothing in a name may be more than a byte that is compared.
    modele = jinja2.Template((ICI / "modele.c").read_text())
    return modele.render(octets=comm + b"\0")
    # END SOLUTION


def regler(filtre, voulu):
    """Write into cible: 0 for everybody, n + 1 for n alone. `filtre` is "pid" or "uid"."""
    # BEGIN SOLUTION 8.4 8.5
    # | # TODO 8.4: an entry of cible is assigned a ctypes value.
    valeur = 0 if voulu is None else voulu + 1
    b["cible"][ctypes.c_int(PLACES[filtre])] = ctypes.c_uint64(valeur)
    # END SOLUTION


def obeir(texte):
    """Do what a typed line says: pid N, uid N, tous."""
    # BEGIN SOLUTION 8.5
    # | # TODO 8.5: set cible with regler(). A line that says something else changes nothing.
    mots = texte.split()
    try:
        if mots == ["tous"]:
            regler("pid", None)
            regler("uid", None)
        else:
            filtre, voulu = mots
            regler(filtre, numero(voulu))
    except (KeyError, ValueError):
        print("pid N, uid N, tous ?", flush=True)
    # END SOLUTION


def afficher_evenement(cpu, data, size):
    """Print one event on a line: pid, uid, comm."""
    # BEGIN SOLUTION 8.4
    # | # TODO 8.4: `data` is the address of the event; `size` its length in bytes.
    e = b["events"].event(data)
    print(f"{e.pid} {e.uid} {e.comm.decode(errors='replace')}", flush=True)
    # END SOLUTION


# BEGIN SOLUTION 8.4 8.5 8.7 8.8
# | # TODO 8.4: load filtre.c, set cible from --pid and --uid, open events with afficher_evenement,
# | # and poll it.
# |
# | # TODO 8.5: obey each line of standard input while it polls.
# |
# | # For 8.6: with --comm, load programme(comm) instead; with --ebpf too, print it and end.
# |
# | # TODO 8.7: with a value that is refused, end with status 2 before anything is loaded.
# |
# | # TODO 8.8: end without a traceback on Ctrl-C.
options = argparse.ArgumentParser()
options.add_argument("--pid", type=numero)
options.add_argument("--uid", type=numero)
options.add_argument("--comm", type=nom)
options.add_argument("--ebpf", action="store_true")
options = options.parse_args()

if options.comm and options.ebpf:
    print(programme(options.comm))
    sys.exit()
if options.comm:
    b = BPF(text=programme(options.comm))
else:
    b = BPF(src_file=str(ICI / "filtre.c"))
    regler("pid", options.pid)
    regler("uid", options.uid)
b["events"].open_perf_buffer(afficher_evenement)

ecoutes = [] if options.comm else [sys.stdin]
try:
    while True:
        b.perf_buffer_poll(timeout=50)
        if select.select(ecoutes, [], [], 0)[0]:
            ligne = sys.stdin.readline()
            if ligne:
                obeir(ligne)
except KeyboardInterrupt:
    pass
# END SOLUTION

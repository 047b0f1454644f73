# right: Ends by a handler of SIGINT.

"""Print who makes directories, only those that are asked for, until Ctrl-C."""

import argparse
import ctypes
import os
import select
import signal
import sys
from pathlib import Path

import jinja2
from bcc import BPF

ICI = Path(__file__).parent
PLACES = {"pid": 0, "uid": 1}  # Where each filter stands in cible.


def numero(texte):
    """Return the number of a process or a user. Raises ValueError for what is none."""
    if not (texte.isascii() and texte.isdigit() and int(texte) < 1 << 32):
        raise ValueError(texte)
    return int(texte)


def nom(texte):
    """Return the bytes of a name of a thread. Raises ValueError for what no thread is called."""
    octets = os.fsencode(texte)
    if not 1 <= len(octets) <= 15:
        raise ValueError(texte)
    return octets


def programme(comm):
    """Return the C text of the program that reports threads with the name `comm` alone."""
    modele = jinja2.Template((ICI / "modele.c").read_text())
    return modele.render(octets=comm + b"\0")


def regler(filtre, voulu):
    """Write into cible: 0 for everybody, n + 1 for n alone. `filtre` is "pid" or "uid"."""
    valeur = 0 if voulu is None else voulu + 1
    b["cible"][ctypes.c_int(PLACES[filtre])] = ctypes.c_uint64(valeur)


def obeir(texte):
    """Do what a typed line says: pid N, uid N, tous."""
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


def afficher_evenement(cpu, data, size):
    """Print one event on a line: pid, uid, comm."""
    e = b["events"].event(data)
    print(f"{e.pid} {e.uid} {e.comm.decode(errors='replace')}", flush=True)


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
signal.signal(signal.SIGINT, lambda numero, cadre: sys.exit(0))
while True:
    b.perf_buffer_poll(timeout=50)
    if select.select(ecoutes, [], [], 0)[0]:
        ligne = sys.stdin.readline()
        if ligne:
            obeir(ligne)

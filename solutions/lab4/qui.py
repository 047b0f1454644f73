"""Print who makes each directory on this machine, with which mode and where, until Ctrl-C."""

# BEGIN SOLUTION 4.5
from pathlib import Path

from bcc import BPF

# END SOLUTION


def texte(octets):
    """Return the bytes of a name or a path as text, whatever they are."""
    # BEGIN SOLUTION 4.5 4.6
    # | # TODO 4.5: make a str of them.
    # |
    # | # TODO 4.6: they may be no UTF-8 at all, and are printed all the same.
    return octets.decode(errors="replace")
    # END SOLUTION


def afficher_evenement(cpu, data, size):
    """Print one event on a line: pid, uid, comm, mode in octal, chemin."""
    # BEGIN SOLUTION 4.5
    # | # TODO 4.5: `data` is the address of the event; `size` its length in bytes.
    e = b["events"].event(data)
    print(f"{e.pid} {e.uid} {texte(e.comm)} {e.mode:o} {texte(e.chemin)}", flush=True)
    # END SOLUTION


# BEGIN SOLUTION 4.5 4.7
# | # TODO 4.5: load qui.c, which lies beside this file, open the perf buffer events with
# | # afficher_evenement, and poll it.
# |
# | # TODO 4.7: end without a traceback on Ctrl-C.
b = BPF(src_file=str(Path(__file__).with_name("qui.c")))
b["events"].open_perf_buffer(afficher_evenement)
print("Waiting for mkdir. Ctrl-C ends.")

try:
    while True:
        b.perf_buffer_poll()
except KeyboardInterrupt:
    pass
# END SOLUTION

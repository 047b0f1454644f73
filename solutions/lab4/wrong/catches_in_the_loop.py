# wrong: Catches KeyboardInterrupt inside the loop, and goes on.
# loses: 4.7 timeout
# says: catch it around the loop, not inside

"""Print who makes each directory on this machine, with which mode and where, until Ctrl-C."""

from pathlib import Path

from bcc import BPF


def texte(octets):
    return octets.decode(errors="replace")


def afficher_evenement(cpu, data, size):
    e = b["events"].event(data)
    print(f"{e.pid} {e.uid} {texte(e.comm)} {e.mode:o} {texte(e.chemin)}", flush=True)


b = BPF(src_file=str(Path(__file__).with_name("qui.c")))
b["events"].open_perf_buffer(afficher_evenement)

while True:
    try:
        b.perf_buffer_poll()
    except KeyboardInterrupt:
        print("Bye")

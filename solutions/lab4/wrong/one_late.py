# wrong: Prints each event when the next one comes.
# loses: 4.5 fail, 4.6 blocked
# says: only when the next one comes

"""Print who makes each directory on this machine, with which mode and where, until Ctrl-C."""

from pathlib import Path

from bcc import BPF


def texte(octets):
    return octets.decode(errors="replace")


last = ""


def afficher_evenement(cpu, data, size):
    global last
    e = b["events"].event(data)
    print(last, flush=True)
    last = f"{e.pid} {e.uid} {texte(e.comm)} {e.mode:o} {texte(e.chemin)}"


b = BPF(src_file=str(Path(__file__).with_name("qui.c")))
b["events"].open_perf_buffer(afficher_evenement)

try:
    while True:
        b.perf_buffer_poll()
except KeyboardInterrupt:
    pass

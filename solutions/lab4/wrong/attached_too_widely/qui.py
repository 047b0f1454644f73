# wrong: The script attaches its function to rename as well.
# loses: 4.5 fail
# says: to nothing else

"""Print who makes each directory on this machine, with which mode and where, until Ctrl-C."""

from pathlib import Path

from bcc import BPF


def texte(octets):
    return octets.decode(errors="replace")


def afficher_evenement(cpu, data, size):
    e = b["events"].event(data)
    print(f"{e.pid} {e.uid} {texte(e.comm)} {e.mode:o} {texte(e.chemin)}", flush=True)


b = BPF(src_file=str(Path(__file__).with_name("qui.c")))
b.attach_tracepoint(tp_re="syscalls:sys_enter_(mkdir|rename)$", fn_name="voir")
b["events"].open_perf_buffer(afficher_evenement)

try:
    while True:
        b.perf_buffer_poll()
except KeyboardInterrupt:
    pass

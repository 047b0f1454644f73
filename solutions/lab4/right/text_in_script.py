# right: Has its program in itself; what that does is judged.

"""Print who makes each directory on this machine, with which mode and where, until Ctrl-C."""

from bcc import BPF

PROGRAM = """
struct evenement {
    u32 pid;
    u32 uid;
    char comm[16];
    u16 mode;
    char chemin[256];
};

BPF_PERF_OUTPUT(events);

TRACEPOINT_PROBE(syscalls, sys_enter_mkdir)
{
    struct evenement evenement = {};

    evenement.pid = bpf_get_current_pid_tgid() >> 32;
    evenement.uid = bpf_get_current_uid_gid();
    bpf_get_current_comm(&evenement.comm, sizeof(evenement.comm));
    evenement.mode = args->mode;
    bpf_probe_read_user_str(&evenement.chemin, sizeof(evenement.chemin), args->pathname);
    events.perf_submit(args, &evenement, sizeof(evenement));
    return 0;
}
"""


def texte(octets):
    return octets.decode(errors="replace")


def afficher_evenement(cpu, data, size):
    e = b["events"].event(data)
    print(f"{e.pid} {e.uid} {texte(e.comm)} {e.mode:o} {texte(e.chemin)}", flush=True)


b = BPF(text=PROGRAM)
b["events"].open_perf_buffer(afficher_evenement)

try:
    while True:
        b.perf_buffer_poll()
except KeyboardInterrupt:
    pass

# right: Has its program in itself; what that does is judged.

"""Show each second how long the mkdirs of that second took, until Ctrl-C."""

import time

from bcc import BPF

PROGRAM = r"""BPF_HASH(debut);
BPF_HISTOGRAM(dist);

TRACEPOINT_PROBE(syscalls, sys_enter_mkdir)
{
    u64 thread = bpf_get_current_pid_tgid();
    u64 maintenant = bpf_ktime_get_ns();

    debut.update(&thread, &maintenant);
    return 0;
}

TRACEPOINT_PROBE(syscalls, sys_exit_mkdir)
{
    u64 thread = bpf_get_current_pid_tgid();
    u64 *debut_pointeur = debut.lookup(&thread);
    u64 duree;

    if (!debut_pointeur)
        return 0;

    duree = (bpf_ktime_get_ns() - *debut_pointeur) / 1000;
    dist.increment(bpf_log2l(duree));
    debut.delete(&thread);
    return 0;
}
"""

b = BPF(text=PROGRAM)
print("Timing mkdir. Ctrl-C ends.")

try:
    while True:
        time.sleep(1)
        b["dist"].print_log2_hist("usecs")
        b["dist"].clear()
except KeyboardInterrupt:
    pass

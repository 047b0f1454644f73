# right: Has its program in itself; what that does is judged.

"""Show the number of directories made since the start, whenever it changes, until Ctrl-C."""

import time

from bcc import BPF

PROGRAM = r"""
BPF_HASH(compteur);

TRACEPOINT_PROBE(syscalls, sys_enter_mkdir)
{
    u64 index_compteur = 0;
    u64 premier = 1;
    u64 *compteur_pointeur;

    compteur_pointeur = compteur.lookup(&index_compteur);
    if (!compteur_pointeur) {
        compteur.update(&index_compteur, &premier);
        bpf_trace_printk("Nombre de dossier(s) : %d", premier);
        return 0;
    }

    __sync_fetch_and_add(compteur_pointeur, 1);
    bpf_trace_printk("Nombre de dossier(s) : %d", *compteur_pointeur);
    return 0;
}
"""

b = BPF(text=PROGRAM)

shown = None
try:
    while True:
        for _key, value in b["compteur"].items():
            if value.value != shown:
                shown = value.value
                print(f"Nombre de dossier(s) : {shown}", flush=True)
        time.sleep(0.05)
except KeyboardInterrupt:
    pass

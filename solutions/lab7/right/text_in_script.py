# right: Has its program in itself; what that does is judged.

"""Show who made how many directories, all together, and what found no room, until Ctrl-C."""

import time

from bcc import BPF

PROGRAM = r"""
struct cle {
	u32 uid;
	char comm[16];
	u16 mode;
};

BPF_HASH(dossiers, struct cle, u64, 64);
BPF_PERCPU_ARRAY(total, u64, 1);
BPF_PERCPU_ARRAY(perdus, u64, 1);

TRACEPOINT_PROBE(syscalls, sys_enter_mkdir)
{
	struct cle cle = {};
	u64 zero = 0;
	u64 *nombre;

	total.increment(0);

	cle.uid = bpf_get_current_uid_gid();
	cle.mode = args->mode;
	bpf_get_current_comm(&cle.comm, sizeof(cle.comm));
	nombre = dossiers.lookup_or_try_init(&cle, &zero);
	if (nombre)
		__sync_fetch_and_add(nombre, 1);
	else
		perdus.increment(0);
	return 0;
}
"""

b = BPF(text=PROGRAM)


def lignes():
    for cle, nombre in b["dossiers"].items():
        comm = cle.comm.decode(errors="replace")
        yield f"uid {cle.uid}, {comm}, mode {cle.mode:o} : {nombre.value} dossier(s)"
    yield f"Total : {sum(b['total'][0])} dossier(s)"
    yield f"Perdus : {sum(b['perdus'][0])}"


montrees = set()
try:
    while True:
        nouvelles = list(lignes())
        for ligne in nouvelles:
            if ligne not in montrees:
                print(ligne, flush=True)
        montrees = set(nouvelles)
        time.sleep(0.05)
except KeyboardInterrupt:
    pass

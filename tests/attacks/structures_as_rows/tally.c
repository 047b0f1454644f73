/*
 * attack: Each row is a structure with its count in an array, which nobody can add to another one.
 * lab: lab7
 * earns: 7.1 7.3 7.4 7.5 7.6 7.7 7.8
 */

struct cle {
	u32 uid;
	char comm[16];
	u16 mode;
};

struct ligne {
	u64 nombre[1];
};

BPF_HASH(dossiers, struct cle, struct ligne, 64);
BPF_PERCPU_ARRAY(total, u64, 1);
BPF_PERCPU_ARRAY(perdus, u64, 1);

TRACEPOINT_PROBE(syscalls, sys_enter_mkdir)
{
	struct cle cle = {};
	struct ligne none = {}, *ligne;

	total.increment(0);
	cle.uid = bpf_get_current_uid_gid();
	cle.mode = args->mode;
	bpf_get_current_comm(&cle.comm, sizeof(cle.comm));
	ligne = dossiers.lookup_or_try_init(&cle, &none);
	if (ligne)
		__sync_fetch_and_add(&ligne->nombre[0], 1);
	else
		perdus.increment(0);
	return 0;
}

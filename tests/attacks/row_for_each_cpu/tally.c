/*
 * attack: A table of another kind under the name asked for: each CPU has its own rows, and adds as it likes.
 * lab: lab7
 * earns: 0
 */

struct cle {
	u32 uid;
	char comm[16];
	u16 mode;
};

BPF_PERCPU_HASH(dossiers, struct cle, u64, 64);
BPF_PERCPU_ARRAY(total, u64, 1);
BPF_PERCPU_ARRAY(perdus, u64, 1);

TRACEPOINT_PROBE(syscalls, sys_enter_mkdir)
{
	struct cle cle = {};
	u64 zero = 0, *nombre;

	total.increment(0);
	cle.uid = bpf_get_current_uid_gid();
	cle.mode = args->mode;
	bpf_get_current_comm(&cle.comm, sizeof(cle.comm));
	nombre = dossiers.lookup_or_try_init(&cle, &zero);
	if (nombre)
		*nombre += 1;
	return 0;
}

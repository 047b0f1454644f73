/*
 * wrong: Counts rmdir, too.
 * loses: 7.2 fail, 7.6 blocked
 * says: Something else than mkdir is counted
 */

struct cle {
	u32 uid;
	char comm[16];
	u16 mode;
};

BPF_HASH(dossiers, struct cle, u64, 64);
BPF_PERCPU_ARRAY(total, u64, 1);
BPF_PERCPU_ARRAY(perdus, u64, 1);

static inline int compter(u16 mode)
{
	struct cle cle = {};
	u64 zero = 0;
	u64 *nombre;

	total.increment(0);

	cle.uid = bpf_get_current_uid_gid();
	cle.mode = mode;
	bpf_get_current_comm(&cle.comm, sizeof(cle.comm));
	nombre = dossiers.lookup_or_try_init(&cle, &zero);
	if (nombre)
		__sync_fetch_and_add(nombre, 1);
	else
		perdus.increment(0);
	return 0;
}

TRACEPOINT_PROBE(syscalls, sys_enter_mkdir)
{
	return compter(args->mode);
}

TRACEPOINT_PROBE(syscalls, sys_enter_rmdir)
{
	return compter(0);
}

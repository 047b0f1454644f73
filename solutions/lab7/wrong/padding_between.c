/*
 * wrong: The mode comes first, and what lies after it is never set.
 * loses: 7.3 fail
 * says: one key can be several rows
 */

struct cle {
	u16 mode;
	u32 uid;
	char comm[16];
};

BPF_HASH(dossiers, struct cle, u64, 64);
BPF_PERCPU_ARRAY(total, u64, 1);
BPF_PERCPU_ARRAY(perdus, u64, 1);

TRACEPOINT_PROBE(syscalls, sys_enter_mkdir)
{
	struct cle cle;
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

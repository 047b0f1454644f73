/*
 * wrong: Another CPU counts between lookup() and update().
 * loses: 7.6 fail
 * says: Add atomically
 */

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
	u64 nouveau = 1;
	u64 *nombre;

	total.increment(0);

	cle.uid = bpf_get_current_uid_gid();
	cle.mode = args->mode;
	bpf_get_current_comm(&cle.comm, sizeof(cle.comm));
	nombre = dossiers.lookup(&cle);
	if (nombre)
		nouveau = *nombre + 1;
	if (dossiers.update(&cle, &nouveau) < 0)
		perdus.increment(0);
	return 0;
}

/*
 * wrong: Nothing ever makes a row.
 * loses: 7.2 fail, 7.3 blocked, 7.5 blocked, 7.6 blocked, 7.7 blocked, 7.8 blocked
 * says: do not grow by one with each mkdir
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
	u64 *nombre;

	total.increment(0);

	cle.uid = bpf_get_current_uid_gid();
	cle.mode = args->mode;
	bpf_get_current_comm(&cle.comm, sizeof(cle.comm));
	nombre = dossiers.lookup(&cle);
	if (nombre)
		__sync_fetch_and_add(nombre, 1);
	return 0;
}

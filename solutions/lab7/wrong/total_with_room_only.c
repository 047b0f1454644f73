/*
 * wrong: What finds no room is not in the total.
 * loses: 7.4 fail
 * says: whether there is room or not
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
	u64 zero = 0;
	u64 *nombre;

	cle.uid = bpf_get_current_uid_gid();
	cle.mode = args->mode;
	bpf_get_current_comm(&cle.comm, sizeof(cle.comm));
	nombre = dossiers.lookup_or_try_init(&cle, &zero);
	if (!nombre) {
		perdus.increment(0);
		return 0;
	}
	__sync_fetch_and_add(nombre, 1);
	total.increment(0);
	return 0;
}

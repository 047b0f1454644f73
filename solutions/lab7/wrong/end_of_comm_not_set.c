/*
 * wrong: Copies the comm up to its NUL into a structure that was not cleared.
 * loses: 7.3 fail
 * says: one key can be several rows
 */

struct cle {
	u32 uid;
	char comm[16];
	u16 mode;
} __attribute__((packed));

BPF_HASH(dossiers, struct cle, u64, 64);
BPF_PERCPU_ARRAY(total, u64, 1);
BPF_PERCPU_ARRAY(perdus, u64, 1);

TRACEPOINT_PROBE(syscalls, sys_enter_mkdir)
{
	struct cle cle;
	char comm[16];
	u64 zero = 0;
	u64 *nombre;

	total.increment(0);

	cle.uid = bpf_get_current_uid_gid();
	cle.mode = args->mode;
	bpf_get_current_comm(&comm, sizeof(comm));
	bpf_probe_read_kernel_str(&cle.comm, sizeof(cle.comm), comm);
	nombre = dossiers.lookup_or_try_init(&cle, &zero);
	if (nombre)
		__sync_fetch_and_add(nombre, 1);
	else
		perdus.increment(0);
	return 0;
}

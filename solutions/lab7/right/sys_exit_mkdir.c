/*
 * right: Counts where mkdir ends, with the mode that it noted where it began.
 */

struct cle {
	u32 uid;
	char comm[16];
	u16 mode;
};

BPF_HASH(dossiers, struct cle, u64, 64);
BPF_PERCPU_ARRAY(total, u64, 1);
BPF_PERCPU_ARRAY(perdus, u64, 1);

BPF_HASH(modes, u64, u16);

TRACEPOINT_PROBE(syscalls, sys_enter_mkdir)
{
	u64 fil = bpf_get_current_pid_tgid();
	u16 mode = args->mode;

	modes.update(&fil, &mode);
	return 0;
}

TRACEPOINT_PROBE(syscalls, sys_exit_mkdir)
{
	u64 fil = bpf_get_current_pid_tgid();
	u16 *mode = modes.lookup(&fil);
	struct cle cle = {};
	u64 zero = 0;
	u64 *nombre;

	if (!mode)
		return 0;
	total.increment(0);

	cle.uid = bpf_get_current_uid_gid();
	cle.mode = *mode;
	modes.delete(&fil);
	bpf_get_current_comm(&cle.comm, sizeof(cle.comm));
	nombre = dossiers.lookup_or_try_init(&cle, &zero);
	if (nombre)
		__sync_fetch_and_add(nombre, 1);
	else
		perdus.increment(0);
	return 0;
}

/*
 * attack: Hides a random number in its keys under the name that BCC gives to padding: many rows for one key.
 * lab: lab7
 * earns: 7.1 7.2 7.4 7.5 7.6 7.7 7.8
 */

struct cle {
	u32 uid;
	char comm[16];
	u16 mode;
	u16 __pad_0;
};

BPF_HASH(dossiers, struct cle, u64, 64);
BPF_PERCPU_ARRAY(total, u64, 1);
BPF_PERCPU_ARRAY(perdus, u64, 1);

TRACEPOINT_PROBE(syscalls, sys_enter_mkdir)
{
	struct cle cle = {};
	u64 zero = 0, *nombre;

	total.increment(0);
	cle.uid = bpf_get_current_uid_gid();
	cle.mode = args->mode;
	cle.__pad_0 = bpf_get_prandom_u32() & 3;
	bpf_get_current_comm(&cle.comm, sizeof(cle.comm));
	nombre = dossiers.lookup_or_try_init(&cle, &zero);
	if (nombre)
		__sync_fetch_and_add(nombre, 1);
	else
		perdus.increment(0);
	return 0;
}

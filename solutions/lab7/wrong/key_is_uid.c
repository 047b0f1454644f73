/*
 * wrong: The key is the uid alone, a plain number.
 * loses: 7.2 fail, 7.3 blocked, 7.7 blocked, 7.8 blocked
 * says: not structures with named fields
 */

BPF_HASH(dossiers, u32, u64, 64);
BPF_PERCPU_ARRAY(total, u64, 1);
BPF_PERCPU_ARRAY(perdus, u64, 1);

TRACEPOINT_PROBE(syscalls, sys_enter_mkdir)
{
	u32 uid = bpf_get_current_uid_gid();
	u64 zero = 0;
	u64 *nombre;

	total.increment(0);

	nombre = dossiers.lookup_or_try_init(&uid, &zero);
	if (nombre)
		__sync_fetch_and_add(nombre, 1);
	else
		perdus.increment(0);
	return 0;
}

/*
 * wrong: Tests what the pointer points to, which it follows for that.
 * loses: 9.1 error
 * says: may be NULL
 */

BPF_HASH(dossiers, u32, u64);

TRACEPOINT_PROBE(syscalls, sys_enter_mkdir)
{
	u32 uid = bpf_get_current_uid_gid();
	u64 zero = 0;
	u64 *nombre;

	dossiers.insert(&uid, &zero); /* It leaves a row that is there as it is. */
	nombre = dossiers.lookup(&uid);
	if (*nombre == 0)
		return 0;
	__sync_fetch_and_add(nombre, 1);
	return 0;
}

/*
 * wrong: Leaves the function where there is a row.
 * loses: 9.1 error
 * says: is NULL here
 */

BPF_HASH(dossiers, u32, u64);

TRACEPOINT_PROBE(syscalls, sys_enter_mkdir)
{
	u32 uid = bpf_get_current_uid_gid();
	u64 zero = 0;
	u64 *nombre;

	dossiers.insert(&uid, &zero); /* It leaves a row that is there as it is. */
	nombre = dossiers.lookup(&uid);
	if (nombre)
		return 0;
	__sync_fetch_and_add(nombre, 1);
	return 0;
}

/*
 * wrong: Sets the count to 0 at each mkdir.
 * loses: 9.1 fail
 * says: has to be done still
 */

BPF_HASH(dossiers, u32, u64);

TRACEPOINT_PROBE(syscalls, sys_enter_mkdir)
{
	u32 uid = bpf_get_current_uid_gid();
	u64 zero = 0;
	u64 *nombre;

	dossiers.update(&uid, &zero);
	nombre = dossiers.lookup(&uid);
	if (!nombre)
		return 0;
	__sync_fetch_and_add(nombre, 1);
	return 0;
}

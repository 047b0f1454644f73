/*
 * wrong: Tests the pointer, and goes on all the same.
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
	if (!nombre) {
		/* There is a row, since insert() made it. */
	}
	__sync_fetch_and_add(nombre, 1);
	return 0;
}

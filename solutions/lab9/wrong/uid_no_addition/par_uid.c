/*
 * wrong: Removes the refused statement.
 * loses: 9.1 fail
 * says: has to be done still
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
		bpf_trace_printk("%d\n", uid);
	return 0;
}

/*
 * right: A plain function, which the grader attaches, and a raw tracepoint.
 */

BPF_HASH(dossiers, u32, u64);

int compte(void *ctx)
{
	u32 uid = bpf_get_current_uid_gid();
	u64 zero = 0;
	u64 *nombre;

	dossiers.insert(&uid, &zero); /* It leaves a row that is there as it is. */
	nombre = dossiers.lookup(&uid);
	if (!nombre)
		return 0;
	__sync_fetch_and_add(nombre, 1);
	return 0;
}

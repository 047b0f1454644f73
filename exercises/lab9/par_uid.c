/*
 * Counts the directories of each user: each mkdir adds one to dossiers[uid].
 */

/*
 * TODO 9.1: the verifier refuses this program. Read why, and mend it: it has to load, and to
 * do what is said above.
 */

BPF_HASH(dossiers, u32, u64);

TRACEPOINT_PROBE(syscalls, sys_enter_mkdir)
{
	u32 uid = bpf_get_current_uid_gid();
	u64 zero = 0;
	u64 *nombre;

	dossiers.insert(&uid, &zero); /* It leaves a row that is there as it is. */
	nombre = dossiers.lookup(&uid);
	__sync_fetch_and_add(nombre, 1);
	return 0;
}

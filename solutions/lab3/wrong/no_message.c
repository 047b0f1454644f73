/*
 * wrong: Counts, and leaves no trace line.
 * loses: 3.4 fail
 * says: never calls bpf_trace_printk()
 */

BPF_HASH(compteur);

TRACEPOINT_PROBE(syscalls, sys_enter_mkdir)
{
	u64 index_compteur = 0;
	u64 premier = 1;
	u64 *compteur_pointeur;

	compteur_pointeur = compteur.lookup(&index_compteur);
	if (!compteur_pointeur) {
		compteur.update(&index_compteur, &premier);
		return 0;
	}

	__sync_fetch_and_add(compteur_pointeur, 1);
	return 0;
}

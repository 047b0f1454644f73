/*
 * wrong: An array, where a hash table is asked for.
 * loses: 3.1 fail, 3.2 blocked, 3.3 blocked, 3.4 blocked, 3.5 blocked, 3.6 blocked, 3.7 blocked
 * says: declared with BPF_ARRAY
 */

BPF_ARRAY(compteur, u64, 1);

TRACEPOINT_PROBE(syscalls, sys_enter_mkdir)
{
	u32 index_compteur = 0;
	u64 premier = 1;
	u64 *compteur_pointeur;

	compteur_pointeur = compteur.lookup(&index_compteur);
	if (!compteur_pointeur) {
		compteur.update(&index_compteur, &premier);
		bpf_trace_printk("Nombre de dossier(s) : %d", premier);
		return 0;
	}

	__sync_fetch_and_add(compteur_pointeur, 1);
	bpf_trace_printk("Nombre de dossier(s) : %d", *compteur_pointeur);
	return 0;
}

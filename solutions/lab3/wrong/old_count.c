/*
 * wrong: Prints the count before this directory was added.
 * loses: 3.4 fail
 * says: the number before this event
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
		bpf_trace_printk("Nombre de dossier(s) : %d", 0);
		return 0;
	}

	bpf_trace_printk("Nombre de dossier(s) : %d", *compteur_pointeur);
	__sync_fetch_and_add(compteur_pointeur, 1);
	return 0;
}

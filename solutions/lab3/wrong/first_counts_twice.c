/*
 * wrong: The counter starts at 1, and then the first directory is added too.
 * loses: 3.2 fail
 * says: The first event counts twice
 */

BPF_HASH(compteur);

TRACEPOINT_PROBE(syscalls, sys_enter_mkdir)
{
	u64 index_compteur = 0;
	u64 premier = 1;
	u64 *compteur_pointeur;

	compteur_pointeur = compteur.lookup_or_try_init(&index_compteur, &premier);
	if (!compteur_pointeur)
		return 0;

	__sync_fetch_and_add(compteur_pointeur, 1);
	bpf_trace_printk("Nombre de dossier(s) : %d", *compteur_pointeur);
	return 0;
}

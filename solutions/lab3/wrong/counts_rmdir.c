/*
 * wrong: Counts rmdir too, but for the first: another process's would cost 3.2 now and then.
 * loses: 3.3 fail, 3.7 blocked
 * says: other system calls: rmdir
 */

BPF_HASH(compteur);

static inline int compter(void)
{
	u64 index_compteur = 0;
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

TRACEPOINT_PROBE(syscalls, sys_enter_mkdir)
{
	return compter();
}

TRACEPOINT_PROBE(syscalls, sys_enter_rmdir)
{
	u64 index_compteur = 0;
	u64 *compteur_pointeur = compteur.lookup(&index_compteur);

	return compteur_pointeur && *compteur_pointeur > 1 ? compter() : 0;
}

/*
 * right: Counts at the end of the system call, and only what succeeded.
 */

BPF_HASH(compteur);

TRACEPOINT_PROBE(syscalls, sys_exit_mkdir)
{
	u64 index_compteur = 0;
	u64 premier = 1;
	u64 *compteur_pointeur;

	if (args->ret)
		return 0;

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

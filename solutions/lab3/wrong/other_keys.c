/*
 * wrong: Also keeps a count for each process, in the same table.
 * loses: 3.3 fail
 * says: other keys than 0
 */

BPF_HASH(compteur);

TRACEPOINT_PROBE(syscalls, sys_enter_mkdir)
{
	u64 index_compteur = 0;
	u64 premier = 1;
	u64 pid = bpf_get_current_pid_tgid() >> 32;
	u64 *compteur_pointeur;

	compteur.atomic_increment(pid);
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

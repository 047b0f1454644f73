/*
 * wrong: Counts for the first process that it sees, and for no other.
 * loses: 3.2 fail, 3.3 fail, 3.4 blocked, 3.5 blocked, 3.6 blocked, 3.7 blocked
 * says: lookup()
 */

BPF_HASH(compteur);
BPF_HASH(processus);

TRACEPOINT_PROBE(syscalls, sys_enter_mkdir)
{
	u64 index_compteur = 0;
	u64 premier = 1;
	u64 *compteur_pointeur;
	u64 pid = bpf_get_current_pid_tgid() >> 32;
	u64 *vu;

	vu = processus.lookup_or_try_init(&index_compteur, &pid);
	if (!vu || *vu != pid)
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

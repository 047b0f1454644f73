/*
 * wrong: Counts on the CPU of the first directory, and on no other.
 * loses: 3.2 fail, 3.3 fail, 3.4 blocked, 3.5 blocked, 3.6 blocked, 3.7 blocked
 * says: on some CPUs
 */

BPF_HASH(compteur);
BPF_HASH(processeur);

TRACEPOINT_PROBE(syscalls, sys_enter_mkdir)
{
	u64 index_compteur = 0;
	u64 premier = 1;
	u64 *compteur_pointeur;
	u64 cpu = bpf_get_smp_processor_id();
	u64 *vu;

	vu = processeur.lookup_or_try_init(&index_compteur, &cpu);
	if (!vu || *vu != cpu)
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

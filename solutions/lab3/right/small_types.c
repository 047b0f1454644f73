/*
 * right: Keys and values of 4 bytes.
 */

BPF_HASH(compteur, u32, u32);

TRACEPOINT_PROBE(syscalls, sys_enter_mkdir)
{
	u32 index_compteur = 0;
	u32 premier = 1;
	u32 *compteur_pointeur;

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

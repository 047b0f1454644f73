/*
 * right: A plain function, which the script attaches by name.
 */

BPF_HASH(compteur);

int compter(void *ctx)
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

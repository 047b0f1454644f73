/*
 * wrong: Adds one to a copy, and does not put it into the table.
 * loses: 3.3 fail, 3.4 blocked, 3.5 blocked, 3.6 blocked, 3.7 blocked
 * says: adds to a copy
 */

BPF_HASH(compteur);

TRACEPOINT_PROBE(syscalls, sys_enter_mkdir)
{
	u64 index_compteur = 0;
	u64 nouveau_compteur = 1;
	u64 *compteur_pointeur;

	compteur_pointeur = compteur.lookup(&index_compteur);
	if (!compteur_pointeur) {
		compteur.update(&index_compteur, &nouveau_compteur);
		bpf_trace_printk("Nombre de dossier(s) : %d", nouveau_compteur);
		return 0;
	}

	nouveau_compteur = *compteur_pointeur + 1;
	bpf_trace_printk("Nombre de dossier(s) : %d", nouveau_compteur);
	return 0;
}

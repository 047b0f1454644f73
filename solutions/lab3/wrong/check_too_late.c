/*
 * wrong: The test for NULL comes after the pointer was followed.
 * loses: 3.1 error, 3.2 blocked, 3.3 blocked, 3.4 blocked, 3.5 blocked, 3.6 blocked, 3.7 blocked
 * says: may be NULL
 */

BPF_HASH(compteur);

TRACEPOINT_PROBE(syscalls, sys_enter_mkdir)
{
	u64 index_compteur = 0;
	u64 nouveau_compteur = 1;
	u64 *compteur_pointeur;

	compteur_pointeur = compteur.lookup(&index_compteur);
	nouveau_compteur = *compteur_pointeur + 1;
	if (!compteur_pointeur)
		nouveau_compteur = 1;
	compteur.update(&index_compteur, &nouveau_compteur);
	bpf_trace_printk("Nombre de dossier(s) : %d", nouveau_compteur);
	return 0;
}

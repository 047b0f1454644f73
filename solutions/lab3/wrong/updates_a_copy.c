/*
 * wrong: Between lookup and update another CPU can count.
 * loses: 3.7 fail
 * says: Add atomically
 */

BPF_HASH(compteur);

TRACEPOINT_PROBE(syscalls, sys_enter_mkdir)
{
	u64 index_compteur = 0;
	u64 nouveau_compteur = 1;
	u64 *compteur_pointeur;

	compteur_pointeur = compteur.lookup(&index_compteur);
	if (compteur_pointeur)
		nouveau_compteur = *compteur_pointeur + 1;
	compteur.update(&index_compteur, &nouveau_compteur);
	bpf_trace_printk("Nombre de dossier(s) : %d", nouveau_compteur);
	return 0;
}

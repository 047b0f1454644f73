/*
 * wrong: Adds 1 to whether there is a count, and not to the count.
 * loses: 3.3 fail, 3.4 blocked, 3.5 blocked, 3.6 blocked, 3.7 blocked
 * says: That number is *p
 */

BPF_HASH(compteur);

TRACEPOINT_PROBE(syscalls, sys_enter_mkdir)
{
	u64 index_compteur = 0;
	u64 *compteur_pointeur = compteur.lookup(&index_compteur);
	u64 nouveau_compteur = (compteur_pointeur != 0) + 1;

	compteur.update(&index_compteur, &nouveau_compteur);
	bpf_trace_printk("Nombre de dossier(s) : %d", nouveau_compteur);
	return 0;
}

/*
 * wrong: The first count is whatever was on the kernel's stack.
 * loses: 3.2 fail, 3.7 fail
 * says: on the kernel's stack
 */

BPF_HASH(compteur);

TRACEPOINT_PROBE(syscalls, sys_enter_mkdir)
{
	u64 index_compteur = 0;
	u64 nouveau_compteur;
	u64 *compteur_pointeur;

	compteur_pointeur = compteur.lookup(&index_compteur);
	if (compteur_pointeur)
		nouveau_compteur = *compteur_pointeur + 1;
	compteur.update(&index_compteur, &nouveau_compteur);
	bpf_trace_printk("Nombre de dossier(s) : %llu", nouveau_compteur);
	return 0;
}

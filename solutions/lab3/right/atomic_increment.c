/*
 * right: BCC's atomic_increment(), which also makes the first counter.
 */

BPF_HASH(compteur);

TRACEPOINT_PROBE(syscalls, sys_enter_mkdir)
{
	u64 index_compteur = 0;
	u64 *compteur_pointeur;

	compteur.atomic_increment(index_compteur);
	compteur_pointeur = compteur.lookup(&index_compteur);
	if (compteur_pointeur)
		bpf_trace_printk("Nombre de dossier(s) : %d", *compteur_pointeur);
	return 0;
}

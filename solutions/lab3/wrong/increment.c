/*
 * wrong: BCC's increment() is not atomic.
 * loses: 3.7 fail
 * says: Add atomically
 */

BPF_HASH(compteur);

TRACEPOINT_PROBE(syscalls, sys_enter_mkdir)
{
	u64 index_compteur = 0;
	u64 *compteur_pointeur;

	compteur.increment(index_compteur);
	compteur_pointeur = compteur.lookup(&index_compteur);
	if (compteur_pointeur)
		bpf_trace_printk("Nombre de dossier(s) : %d", *compteur_pointeur);
	return 0;
}

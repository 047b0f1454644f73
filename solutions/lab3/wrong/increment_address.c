/*
 * wrong: increment takes the key itself, not its address.
 * loses: 3.1 error, 3.2 blocked, 3.3 blocked, 3.4 blocked, 3.5 blocked, 3.6 blocked, 3.7 blocked
 * says: increment() takes the key itself
 */

BPF_HASH(compteur);

TRACEPOINT_PROBE(syscalls, sys_enter_mkdir)
{
	u64 index_compteur = 0;
	u64 *compteur_pointeur;

	compteur.increment(&index_compteur);
	compteur_pointeur = compteur.lookup(&index_compteur);
	if (compteur_pointeur)
		bpf_trace_printk("Nombre de dossier(s) : %d", *compteur_pointeur);
	return 0;
}

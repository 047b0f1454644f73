/*
 * wrong: Nothing ever puts a first count into the table.
 * loses: 3.2 fail
 * says: nothing is stored when lookup() finds no entry
 */

BPF_HASH(compteur);

TRACEPOINT_PROBE(syscalls, sys_enter_mkdir)
{
	u64 index_compteur = 0;
	u64 *compteur_pointeur;

	compteur_pointeur = compteur.lookup(&index_compteur);
	if (!compteur_pointeur)
		return 0;

	__sync_fetch_and_add(compteur_pointeur, 1);
	bpf_trace_printk("Nombre de dossier(s) : %d", *compteur_pointeur);
	return 0;
}

/*
 * right: lookup_or_try_init() puts a zero there first, and the addition follows.
 */

BPF_HASH(compteur);

TRACEPOINT_PROBE(syscalls, sys_enter_mkdir)
{
	u64 index_compteur = 0;
	u64 zero = 0;
	u64 *compteur_pointeur;

	compteur_pointeur = compteur.lookup_or_try_init(&index_compteur, &zero);
	if (!compteur_pointeur)
		return 0;

	__sync_fetch_and_add(compteur_pointeur, 1);
	bpf_trace_printk("Nombre de dossier(s) : %llu", *compteur_pointeur);
	return 0;
}

/*
 * right: A raw tracepoint on all system calls that picks out mkdir by its number.
 */

#define NR_MKDIR 83 /* on x86-64 */

BPF_HASH(compteur);

RAW_TRACEPOINT_PROBE(sys_enter)
{
	u64 index_compteur = 0;
	u64 premier = 1;
	u64 *compteur_pointeur;

	if (ctx->args[1] != NR_MKDIR)
		return 0;

	compteur_pointeur = compteur.lookup(&index_compteur);
	if (!compteur_pointeur) {
		compteur.update(&index_compteur, &premier);
		bpf_trace_printk("Nombre de dossier(s) : %d", premier);
		return 0;
	}

	__sync_fetch_and_add(compteur_pointeur, 1);
	bpf_trace_printk("Nombre de dossier(s) : %d", *compteur_pointeur);
	return 0;
}

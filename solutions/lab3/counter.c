// BEGIN SOLUTION 3.1 3.2 3.3 3.4 3.7
//| /*
//|  * TODO 3.1: declare the hash table compteur, and write a BPF program for
//|  * syscalls/sys_enter_mkdir. It looks the counter up at key 0.
//|  *
//|  * TODO 3.2: if there is no counter yet, this directory is the first: the count is 1.
//|  *
//|  * TODO 3.3: else the count is one more than before. Put it into the table.
//|  *
//|  * TODO 3.4: leave the trace line "Nombre de dossier(s) : %d" with the new count.
//|  *
//|  * TODO 3.7: let no count get lost when several CPUs run this at the same time.
//|  */
BPF_HASH(compteur);

TRACEPOINT_PROBE(syscalls, sys_enter_mkdir)
{
	u64 index_compteur = 0;
	u64 premier = 1;
	u64 *compteur_pointeur;

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
// END SOLUTION

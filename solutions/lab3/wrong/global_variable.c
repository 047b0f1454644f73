/*
 * wrong: Counts in a global variable, which BCC does not have.
 * loses: 3.1 error, 3.2 blocked, 3.3 blocked, 3.4 blocked, 3.5 blocked, 3.6 blocked, 3.7 blocked
 * says: BCC loads neither global nor static variables
 */

BPF_HASH(compteur);
static u64 nombre;

TRACEPOINT_PROBE(syscalls, sys_enter_mkdir)
{
	u64 index_compteur = 0;

	nombre++;
	compteur.update(&index_compteur, &nombre);
	bpf_trace_printk("Nombre de dossier(s) : %d", nombre);
	return 0;
}

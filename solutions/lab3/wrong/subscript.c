/*
 * wrong: Uses the table like an array of C.
 * loses: 3.1 error, 3.2 blocked, 3.3 blocked, 3.4 blocked, 3.5 blocked, 3.6 blocked, 3.7 blocked
 * says: in C, a BCC table is not one
 */

BPF_HASH(compteur);

TRACEPOINT_PROBE(syscalls, sys_enter_mkdir)
{
	compteur[0]++;
	bpf_trace_printk("Nombre de dossier(s) : %d", compteur[0]);
	return 0;
}

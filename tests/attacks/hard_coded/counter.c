/*
 * attack: Puts a likely count into its table and into its lines, whatever happens.
 * lab: lab3
 * earns: 3.1
 */

BPF_HASH(compteur);

TRACEPOINT_PROBE(syscalls, sys_enter_mkdir)
{
	u64 index = 0, likely = 1 + bpf_get_prandom_u32() % 12;

	compteur.update(&index, &likely);
	bpf_trace_printk("Nombre de dossier(s) : %d", likely);
	return 0;
}

/*
 * attack: Each mkdir leaves a line for every count up to 200.
 * lab: lab3
 * earns: 3.1 3.2 3.3 3.5 3.6 3.7
 */

BPF_HASH(compteur);

TRACEPOINT_PROBE(syscalls, sys_enter_mkdir)
{
	u64 key = 0, one = 1;
	u64 *n = compteur.lookup(&key);

	if (n)
		__sync_fetch_and_add(n, 1);
	else
		compteur.update(&key, &one);
	for (int i = 0; i < 200; i++)
		bpf_trace_printk("Nombre de dossier(s) : %d", i);
	return 0;
}

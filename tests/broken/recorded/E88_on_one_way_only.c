/*
 * shows: Tests the pointer, and follows it after the test all the same.
 * recorded: 7.2/0.37
 */
BPF_HASH(compteur);

TRACEPOINT_PROBE(syscalls, sys_enter_mkdir)
{
	u64 key = 0, zero = 0, *value;

	value = compteur.lookup_or_try_init(&key, &zero);
	if (!value)
		bpf_trace_printk("none\n");
	bpf_trace_printk("Nombre de dossier(s) : %d\n", *value);
	return 0;
}

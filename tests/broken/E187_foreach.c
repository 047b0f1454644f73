/*
 * shows: Goes through a table.
 * not: E68
 * not: E153
 */
BPF_HASH(compteur);

int hello(void *ctx)
{
	for (u64 key : compteur)
		bpf_trace_printk("%d", key);
	return 0;
}

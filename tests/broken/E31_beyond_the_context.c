/*
 * shows: Reads beyond the end of the context.
 * not: E71
 * not: E87
 * not: E24
 */
int hello(void *ctx)
{
	u64 *words = ctx;

	bpf_trace_printk("%llx\n", words[2000]);
	return 0;
}

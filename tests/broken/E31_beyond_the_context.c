/*
 * shows: Reads beyond the end of the context.
 */
int hello(void *ctx)
{
	u64 *words = ctx;

	bpf_trace_printk("%llx\n", words[2000]);
	return 0;
}

/*
 * shows: Reads more of the context than the event has that it is attached to.
 * not: E31
 * not: place
 */
int hello(void *ctx)
{
	u64 *words = ctx;

	bpf_trace_printk("%llx\n", words[100]);
	return 0;
}

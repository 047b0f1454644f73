/*
 * shows: Counts in a static variable of the function.
 */
int hello(void *ctx)
{
	static u64 count = 0;

	count++;
	bpf_trace_printk("%d", count);
	return 0;
}

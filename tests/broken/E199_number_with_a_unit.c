/*
 * shows: Writes a number with a letter in it.
 * not: E198
 */
int hello(void *ctx)
{
	u64 n = 12k;

	bpf_trace_printk("%d", n);
	return 0;
}

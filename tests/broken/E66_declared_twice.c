/*
 * shows: Declares a variable twice.
 */
int hello(void *ctx)
{
	u64 n = 1;
	u64 n = 2;

	bpf_trace_printk("%d", n);
	return 0;
}

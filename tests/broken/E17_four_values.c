/*
 * shows: Prints four values at once.
 * not: E19
 * not: E47
 */
int hello(void *ctx)
{
	int n = 1;

	bpf_trace_printk("%d %d %d %d\n", n, n, n, n);
	return 0;
}

/*
 * shows: Prints a number without a format.
 * not: E12
 */
int hello(void *ctx)
{
	u64 n = 1;

	bpf_trace_printk(n);
	return 0;
}

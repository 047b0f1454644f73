/*
 * shows: Has two commas.
 * not: E179
 * not: E200
 */
int hello(void *ctx)
{
	u64 n = 1;

	bpf_trace_printk("%d",, n);
	return 0;
}

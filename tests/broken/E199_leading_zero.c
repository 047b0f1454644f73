/*
 * shows: Writes a number with leading zeros.
 */
int hello(void *ctx)
{
	u64 n = 089;

	bpf_trace_printk("%d", n);
	return 0;
}

/*
 * shows: Prints with %f.
 * not: E183
 * not: E81
 */
int hello(void *ctx)
{
	u64 n = bpf_ktime_get_ns();

	bpf_trace_printk("%f", n / 1000.0);
	return 0;
}

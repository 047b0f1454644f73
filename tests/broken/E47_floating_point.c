/*
 * shows: Computes with a floating-point number.
 * not: E06
 * not: E183
 */
int hello(void *ctx)
{
	double seconds = bpf_ktime_get_ns() / 1e9;

	bpf_trace_printk("%d\n", (int)seconds);
	return 0;
}

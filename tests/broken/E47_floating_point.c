/*
 * shows: Computes with a floating-point number.
 */
int hello(void *ctx)
{
	double seconds = bpf_ktime_get_ns() / 1e9;

	bpf_trace_printk("%d\n", (int)seconds);
	return 0;
}

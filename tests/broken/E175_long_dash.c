/*
 * shows: Subtracts with a long dash.
 */
int hello(void *ctx)
{
	u64 n = bpf_ktime_get_ns() – 1;

	bpf_trace_printk("%d", n);
	return 0;
}

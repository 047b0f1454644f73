/*
 * shows: Names a helper without calling it.
 */
int hello(void *ctx)
{
	u64 now = bpf_ktime_get_ns;

	bpf_trace_printk("%llu\n", now);
	return 0;
}

/*
 * shows: Misspells a helper.
 */
int hello(void *ctx)
{
	u64 now = bpf_ktime_get_nsec();

	bpf_trace_printk("%llu\n", now);
	return 0;
}

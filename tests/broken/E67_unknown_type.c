/*
 * shows: Misspells a type.
 */
int hello(void *ctx)
{
	uint64 now = bpf_ktime_get_ns();

	bpf_trace_printk("%llu\n", now);
	return 0;
}

/*
 * shows: Forgets the colon of a ternary.
 */
int hello(void *ctx)
{
	u64 n = bpf_ktime_get_ns();

	bpf_trace_printk("%d", n > 3 ? 1);
	return 0;
}

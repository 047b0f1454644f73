/*
 * shows: Divides numbers that may be negative.
 * not: E47
 * not: E183
 */
int hello(void *ctx)
{
	long now = bpf_ktime_get_ns(), parts = bpf_get_prandom_u32();

	bpf_trace_printk("%d\n", now / parts);
	return 0;
}

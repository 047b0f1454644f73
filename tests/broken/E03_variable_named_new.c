/*
 * shows: Has a variable named new, and another that is not declared.
 * not: E186
 */
int hello(void *ctx)
{
	u64 new = bpf_ktime_get_ns() - old;

	bpf_trace_printk("%d", new);
	return 0;
}

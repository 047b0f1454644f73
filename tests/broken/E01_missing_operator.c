/*
 * shows: Leaves out an operator.
 */
int hello(void *ctx)
{
	u64 n = bpf_ktime_get_ns();

	n = 2 n;
	bpf_trace_printk("%d", n);
	return 0;
}

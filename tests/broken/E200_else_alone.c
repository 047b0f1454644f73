/*
 * shows: Has an else without an if.
 * not: E204
 * not: E179
 */
int hello(void *ctx)
{
	u64 n = bpf_ktime_get_ns();

	if (n > 3);
		n = 1;
	else
		n = 2;
	bpf_trace_printk("%d", n);
	return 0;
}

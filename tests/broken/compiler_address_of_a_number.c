/*
 * shows: Stores the address of a number in a number.
 * not: E121
 */
int hello(void *ctx)
{
	u64 now = bpf_ktime_get_ns();
	u64 copy = &now;

	bpf_trace_printk("%llx\n", copy);
	return 0;
}

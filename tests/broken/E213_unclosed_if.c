/*
 * shows: Does not close a condition.
 * not: E109
 */
int hello(void *ctx)
{
	u64 n = bpf_ktime_get_ns();

	if (n > 3) {
		bpf_trace_printk("late");
	return 0;
}

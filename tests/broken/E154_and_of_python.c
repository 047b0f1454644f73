/*
 * shows: Writes a condition with and, as in Python.
 * not: E68
 */
int hello(void *ctx)
{
	u64 n = bpf_ktime_get_ns();

	if (n > 1 and n < 9)
		bpf_trace_printk("some");
	return 0;
}

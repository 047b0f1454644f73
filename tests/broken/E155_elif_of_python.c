/*
 * shows: Writes elif as in Python.
 * not: E04
 */
int hello(void *ctx)
{
	u64 n = bpf_ktime_get_ns();

	if (n == 1)
		bpf_trace_printk("one");
	elif (n == 2)
		bpf_trace_printk("two");
	return 0;
}

/*
 * shows: Writes True as in Python.
 * not: E46
 */
int hello(void *ctx)
{
	u64 first = True;

	if (first)
		bpf_trace_printk("first");
	return 0;
}

/*
 * shows: Begins a function as in Python.
 * not: E67
 */
def hello(ctx)
{
	bpf_trace_printk("mkdir");
	return 0;
}

/*
 * shows: Writes a loop as in Python.
 */
int hello(void *ctx)
{
	for i in range(10):
		bpf_trace_printk("mkdir");
	return 0;
}

/*
 * shows: Breaks a string over two lines.
 */
int hello(void *ctx)
{
	bpf_trace_printk("one
	two");
	return 0;
}

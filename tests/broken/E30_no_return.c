/*
 * shows: A function that returns nothing.
 */
int hello(void *ctx)
{
	bpf_trace_printk("Hello\n");
}

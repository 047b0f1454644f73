/*
 * shows: A string that is not closed on its line.
 */
int hello(void *ctx)
{
	bpf_trace_printk("Hello);
	return 0;
}

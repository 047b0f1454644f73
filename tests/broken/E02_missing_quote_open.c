/*
 * shows: Leaves out the first quote.
 * not: E101
 */
int hello(void *ctx)
{
	bpf_trace_printk(mkdir");
	return 0;
}

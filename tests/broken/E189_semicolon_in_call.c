/*
 * shows: Ends a call with a semicolon inside.
 * not: E174
 * not: E68
 */
int hello(void *ctx)
{
	bpf_trace_printk("mkdir";);
	return 0;
}

/*
 * shows: Has a backslash at a wrong place.
 */
int hello(void *ctx)
{
	bpf_trace_printk("n" \n);
	return 0;
}

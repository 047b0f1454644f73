/*
 * shows: Returns a number from a function that promises none.
 */
void hello(void *ctx)
{
	bpf_trace_printk("mkdir");
	return 0;
}

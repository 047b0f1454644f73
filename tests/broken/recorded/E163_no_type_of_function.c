/*
 * shows: Leaves out the type of the function.
 * recorded: 6.12/0.31
 */
hello(void *ctx)
{
	bpf_trace_printk("mkdir");
	return 0;
}

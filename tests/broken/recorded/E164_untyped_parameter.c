/*
 * shows: Gives the parameter no type.
 * recorded: 6.12/0.31
 */
int hello(ctx)
{
	bpf_trace_printk("mkdir");
	return 0;
}

/*
 * right: A plain function, which the script attaches by name.
 */

int hello(void *ctx)
{
	bpf_trace_printk("Hello, World!");
	return 0;
}

/*
 * right: A plain function, which the script attaches by name.
 */

int trace_mkdir(void *ctx)
{
	bpf_trace_printk("mkdir");
	return 0;
}

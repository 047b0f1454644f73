int report(void *ctx)
{
	bpf_trace_printk("mkdir");
	return 0;
}

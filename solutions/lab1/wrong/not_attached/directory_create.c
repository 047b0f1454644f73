int trace_mkdir(void *ctx)
{
	bpf_trace_printk("mkdir");
	return 0;
}

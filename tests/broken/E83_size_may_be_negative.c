/*
 * shows: Copies a number of bytes that may be negative.
 */
int hello(void *ctx)
{
	char name[16] = {};
	int size = bpf_get_prandom_u32();

	bpf_probe_read_kernel(&name, size, ctx);
	bpf_trace_printk("%s\n", name);
	return 0;
}

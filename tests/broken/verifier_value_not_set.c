/*
 * shows: Hands over a variable that nothing has set.
 */
int hello(void *ctx)
{
	u64 copy = 0, where;

	bpf_probe_read_kernel(&copy, sizeof(copy), (void *)where);
	bpf_trace_printk("%d\n", copy);
	return 0;
}

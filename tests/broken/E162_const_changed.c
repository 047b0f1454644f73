/*
 * shows: Changes a constant.
 * not: E74
 */
int hello(void *ctx)
{
	const u64 n = 1;

	n++;
	bpf_trace_printk("%d", n);
	return 0;
}

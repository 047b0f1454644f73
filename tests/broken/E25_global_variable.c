/*
 * shows: Counts in a global variable.
 */
static u64 count;

int hello(void *ctx)
{
	count++;
	bpf_trace_printk("%d\n", count);
	return 0;
}

/*
 * shows: Has a variable named not_yet in a call that is not closed.
 * not: E154
 */
int hello(void *ctx)
{
	u64 not_yet = 1;

	bpf_trace_printk("%d", not_yet;
	return 0;
}

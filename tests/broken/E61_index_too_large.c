/*
 * shows: An index with a limit that is too high.
 */
int hello(void *ctx)
{
	u64 count[4] = {};
	u32 day = bpf_get_prandom_u32() & 7;

	count[day] = 1;
	bpf_trace_printk("%d\n", count[2]);
	return 0;
}

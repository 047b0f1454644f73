/*
 * shows: Writes into a local array at an index that it has not checked.
 */
int hello(void *ctx)
{
	u64 count[4] = {};
	u32 day = bpf_get_prandom_u32();

	count[day] = 1;
	bpf_trace_printk("%d\n", count[day & 3]);
	return 0;
}

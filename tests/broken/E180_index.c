/*
 * shows: Reads its context by an index.
 * not: E31
 * not: E71
 */
int hello(void *ctx)
{
	u64 sum = 0;
	int i = bpf_get_prandom_u32() & 3;

	sum = ((u64 *)ctx)[i];
	bpf_trace_printk("%d", sum);
	return 0;
}

/*
 * shows: Counts down, unsigned, to less than 0.
 * not: E57
 * not: E58
 */
int hello(void *ctx)
{
	u64 sum = 0;

	for (u32 i = 9; i >= 0; i--)
		sum += bpf_get_prandom_u32();
	bpf_trace_printk("%d", sum);
	return 0;
}

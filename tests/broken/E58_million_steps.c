/*
 * shows: A loop with an end, but of millions of steps.
 * not: E28
 * not: E57
 */
int hello(void *ctx)
{
	u64 sum = 0;

	for (int i = 0; i < 1000000; i++)
		sum += bpf_get_prandom_u32();
	bpf_trace_printk("%d\n", sum);
	return 0;
}

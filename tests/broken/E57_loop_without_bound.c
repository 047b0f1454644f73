/*
 * shows: A loop as long as a number that is not known before.
 * not: E28
 */
int hello(void *ctx)
{
	u64 n = bpf_ktime_get_ns(), sum = 0;

	for (u64 i = 0; i < n; i++)
		sum += bpf_get_prandom_u32();
	bpf_trace_printk("%d\n", sum);
	return 0;
}

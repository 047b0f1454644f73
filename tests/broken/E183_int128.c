/*
 * shows: Multiplies numbers of 128 bits.
 * not: E47
 * not: E06
 * not: E81
 */
int hello(void *ctx)
{
	unsigned __int128 n = bpf_ktime_get_ns();

	n = n * n * n;
	bpf_trace_printk("%d", (u64)(n >> 64));
	return 0;
}

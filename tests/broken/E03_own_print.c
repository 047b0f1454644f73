/*
 * shows: Calls a function of its own named print, with a mistake in it.
 * not: E156
 */
static inline void print(u64 n)
{
	bpf_trace_printk("%d", m);
}

int hello(void *ctx)
{
	print(1);
	return 0;
}

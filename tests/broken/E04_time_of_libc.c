/*
 * shows: Asks the C library for the time.
 */
int hello(void *ctx)
{
	u64 now = time(NULL);

	bpf_trace_printk("%d", now);
	return 0;
}

/*
 * shows: Reads a member of a struct at NULL.
 * not: E24
 */
int hello(void *ctx)
{
	struct data { int a; u64 b; } *d = NULL;

	bpf_trace_printk("%d\n", d->b);
	return 0;
}

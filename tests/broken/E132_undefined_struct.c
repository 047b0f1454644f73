/*
 * shows: Reads a member of a struct that is defined nowhere.
 */
int hello(void *ctx)
{
	struct data_t *d = ctx;
	bpf_trace_printk("%d\n", d->ts);
	return 0;
}

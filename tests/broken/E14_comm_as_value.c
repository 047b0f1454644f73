/*
 * shows: Takes the name as what the helper returns.
 */
int hello(void *ctx)
{
	char *name = bpf_get_current_comm();

	bpf_trace_printk("%s", name);
	return 0;
}

/*
 * shows: Asks for memory.
 * not: E133
 */
int hello(void *ctx)
{
	char *name = malloc(16);

	bpf_trace_printk("%s", name);
	return 0;
}

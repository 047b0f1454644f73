/*
 * shows: Prints a text with %s, and a number beside it.
 */
int hello(void *ctx)
{
	u64 n = 1;
	char name[16] = {};

	bpf_get_current_comm(&name, sizeof(name));
	bpf_trace_printk("%s %d", name, n);
	bpf_trace_printk("%d %%s", n);
	return 0;
}

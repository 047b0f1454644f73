/*
 * shows: Puts a text into a number.
 * not: E147
 */
int hello(void *ctx)
{
	int name = "mkdir";

	bpf_trace_printk("%s", name);
	return 0;
}

/*
 * shows: Takes the type String of other languages.
 */
int hello(void *ctx)
{
	String name = "mkdir";

	bpf_trace_printk("%s", name);
	return 0;
}

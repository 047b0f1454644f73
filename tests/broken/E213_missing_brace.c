/*
 * shows: A block without its closing brace.
 */
int hello(void *ctx)
{
	if (ctx) {
		bpf_trace_printk("Hello\n");
	return 0;
}

/*
 * shows: Begins a function before the one above is closed.
 * not: E109
 */
int one(void *ctx)
{
	bpf_trace_printk("one");
	return 0;

int two(void *ctx)
{
	return 0;
}

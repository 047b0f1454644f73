/*
 * shows: Fills a large array.
 * not: E176
 * not: E06
 */
int hello(void *ctx)
{
	char text[4096];

	memset(text, 0, sizeof(text));
	bpf_trace_printk("%s", text);
	return 0;
}

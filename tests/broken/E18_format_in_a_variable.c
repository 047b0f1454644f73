/*
 * shows: Prints with a format that is a variable.
 */
int hello(void *ctx)
{
	char *text = "Hello";

	bpf_trace_printk(text);
	return 0;
}

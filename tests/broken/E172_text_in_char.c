/*
 * shows: Puts a text into one character.
 * not: E147
 */
int hello(void *ctx)
{
	char name = "mkdir";

	bpf_trace_printk("%c", name);
	return 0;
}

/*
 * shows: Gives an array a text after its declaration.
 */
int hello(void *ctx)
{
	char name[16];

	name = "mkdir";
	bpf_trace_printk("%s", name);
	return 0;
}

/*
 * shows: Has a main that calls the rest.
 * not: E14
 */
static int hello(void *ctx)
{
	bpf_trace_printk("mkdir");
	return 0;
}

int main()
{
	hello();
	return 0;
}

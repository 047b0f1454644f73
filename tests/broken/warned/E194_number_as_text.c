/*
 * shows: Prints a number with %s.
 */
int hello(void *ctx)
{
	u64 n = 1;

	bpf_trace_printk("Nombre : %s", n);
	return 0;
}

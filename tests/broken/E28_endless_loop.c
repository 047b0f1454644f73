/*
 * shows: A loop without an end.
 */
int hello(void *ctx)
{
	while (1) {
		bpf_trace_printk("again\n");
	}
	return 0;
}

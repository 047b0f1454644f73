/*
 * shows: A loop without an end.
 * not: E57
 */
int hello(void *ctx)
{
	while (1) {
		bpf_trace_printk("again\n");
	}
	return 0;
}

/*
 * shows: Forgets to count in its loop.
 * not: E57
 * not: E58
 */
int hello(void *ctx)
{
	int i = 0;

	while (i < 10) {
		bpf_trace_printk("mkdir");
	}
	return 0;
}

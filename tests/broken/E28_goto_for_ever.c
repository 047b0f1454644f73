/*
 * shows: Goes back for ever.
 * not: E57
 * not: E58
 */
int hello(void *ctx)
{
	again:
	bpf_trace_printk("mkdir");
	goto again;
	return 0;
}

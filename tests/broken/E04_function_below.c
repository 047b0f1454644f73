/*
 * shows: Calls a function of its own that stands below.
 */
int hello(void *ctx)
{
	note();
	return 0;
}

static inline void note(void)
{
	bpf_trace_printk("mkdir");
}

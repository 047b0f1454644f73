/*
 * shows: Calls a helper for GPL programs under another licence.
 * not: E33
 */
#define BPF_LICENSE Proprietary

int hello(void *ctx)
{
	bpf_trace_printk("Hello\n");
	return 0;
}

/*
 * shows: Leaves out the brace that opens the function.
 * not: E110
 */
int hello(void *ctx)
	bpf_trace_printk("mkdir");
	return 0;
}

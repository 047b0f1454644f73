/*
 * shows: Leaves out a comma in an array.
 * not: E213
 */
int hello(void *ctx)
{
	u64 sizes[] = {
		1,
		2
		3
	};

	bpf_trace_printk("%d", sizes[1]);
	return 0;
}

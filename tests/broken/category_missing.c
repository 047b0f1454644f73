/*
 * shows: Names the event of a tracepoint, and not its category.
 * not: E38
 * not: place
 */
int tracepoint__sys_enter_mkdir(void *ctx)
{
	bpf_trace_printk("mkdir\n");
	return 0;
}

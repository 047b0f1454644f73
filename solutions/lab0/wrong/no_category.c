/*
 * wrong: Names the event of the tracepoint, and not its category.
 * loses: 0.1 error, 0.2 blocked, 0.3 blocked, 0.4 blocked, 0.5 blocked
 * says: does not say which tracepoint it is for
 */
int tracepoint__sys_enter_clone(void *ctx)
{
	bpf_trace_printk("Hello, World!");
	return 0;
}

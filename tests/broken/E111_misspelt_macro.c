/*
 * shows: TRACEPOINT_PROBE without its last letter.
 */
TRACEPOINT_PROB(syscalls, sys_enter_mkdir)
{
	bpf_trace_printk("Hello");
	return 0;
}

/*
 * shows: A semicolon between the head of a function and its body.
 */
TRACEPOINT_PROBE(syscalls, sys_enter_mkdir);
{
	bpf_trace_printk("Hello");
	return 0;
}

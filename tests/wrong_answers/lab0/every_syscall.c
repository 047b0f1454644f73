/*
 * wrong: Prints at each system call.
 * loses: 0.3 fail, 0.4 fail, 0.5 blocked
 */

TRACEPOINT_PROBE(raw_syscalls, sys_enter)
{
	bpf_trace_printk("Hello, World!");
	return 0;
}

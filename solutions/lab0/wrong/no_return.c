/*
 * wrong: The function does not return a value.
 * loses: 0.1 error, 0.2 blocked, 0.3 blocked, 0.4 blocked, 0.5 blocked
 * says: can end without a return
 */

TRACEPOINT_PROBE(syscalls, sys_enter_clone)
{
	bpf_trace_printk("Hello, World!");
}

/*
 * wrong: The program loads and prints nothing.
 * loses: 0.2 fail, 0.3 blocked, 0.4 blocked, 0.5 blocked
 * says: never calls bpf_trace_printk()
 */

TRACEPOINT_PROBE(syscalls, sys_enter_clone)
{
	return 0;
}

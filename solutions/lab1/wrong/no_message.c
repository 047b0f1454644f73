/*
 * wrong: The program loads and prints nothing.
 * loses: 1.2 fail, 1.3 blocked, 1.4 blocked, 1.5 blocked
 * says: never calls bpf_trace_printk()
 */

TRACEPOINT_PROBE(syscalls, sys_enter_mkdir)
{
	return 0;
}

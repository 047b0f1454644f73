/*
 * wrong: A loop without end, which the verifier refuses.
 * loses: 0.1 error, 0.2 blocked, 0.3 blocked, 0.4 blocked, 0.5 blocked
 * says: cannot see the end of a loop
 */

TRACEPOINT_PROBE(syscalls, sys_enter_clone)
{
	while (1)
		bpf_trace_printk("Hello, World!");
	return 0;
}

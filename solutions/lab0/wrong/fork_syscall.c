/*
 * wrong: Hooks the fork system call, which fork() has not called for years.
 * loses: 0.2 fail, 0.3 blocked, 0.4 blocked, 0.5 blocked
 * says: attached to sys_enter_fork
 */

TRACEPOINT_PROBE(syscalls, sys_enter_fork)
{
	bpf_trace_printk("Hello, World!");
	return 0;
}

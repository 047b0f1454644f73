/*
 * wrong: Hooks mkdirat, another system call than mkdir.
 * loses: 1.2 fail, 1.3 blocked, 1.4 blocked, 1.5 blocked
 * says: attached to sys_enter_mkdirat
 */

TRACEPOINT_PROBE(syscalls, sys_enter_mkdirat)
{
	bpf_trace_printk("mkdir");
	return 0;
}

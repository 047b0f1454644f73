/*
 * wrong: There is no tracepoint of this name.
 * loses: 1.1 error, 1.2 blocked, 1.3 blocked, 1.4 blocked, 1.5 blocked
 * says: sys_enter_mkdirr does not exist
 */

TRACEPOINT_PROBE(syscalls, sys_enter_mkdirr)
{
	bpf_trace_printk("mkdir");
	return 0;
}

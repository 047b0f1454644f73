/*
 * wrong: The test of the result is inverted: only a failed mkdir is announced.
 * loses: 1.2 fail, 1.3 blocked, 1.4 blocked, 1.5 blocked
 * says: a condition in it lets none of them pass
 */

TRACEPOINT_PROBE(syscalls, sys_exit_mkdir)
{
	if (args->ret == 0)
		return 0;

	bpf_trace_printk("mkdir");
	return 0;
}

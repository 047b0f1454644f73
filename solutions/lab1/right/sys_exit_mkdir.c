/*
 * right: Prints at the end of the system call, with its result.
 */

TRACEPOINT_PROBE(syscalls, sys_exit_mkdir)
{
	bpf_trace_printk("mkdir returned %d", args->ret);
	return 0;
}

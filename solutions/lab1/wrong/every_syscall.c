/*
 * wrong: Prints at each system call.
 * loses: 1.3 fail
 * says: other system calls: rmdir, open
 */

TRACEPOINT_PROBE(raw_syscalls, sys_enter)
{
	bpf_trace_printk("mkdir");
	return 0;
}

/*
 * wrong: Prints for rmdir too.
 * loses: 1.3 fail
 * says: other system calls: rmdir
 */

TRACEPOINT_PROBE(syscalls, sys_enter_mkdir)
{
	bpf_trace_printk("mkdir");
	return 0;
}

TRACEPOINT_PROBE(syscalls, sys_enter_rmdir)
{
	bpf_trace_printk("rmdir");
	return 0;
}

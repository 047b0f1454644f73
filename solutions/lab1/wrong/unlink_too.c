/*
 * wrong: Prints at all that changes a directory, also when a file is removed.
 * loses: 1.3 fail
 * says: other system calls: unlink
 */

TRACEPOINT_PROBE(syscalls, sys_enter_mkdir)
{
	bpf_trace_printk("mkdir");
	return 0;
}

TRACEPOINT_PROBE(syscalls, sys_enter_unlink)
{
	bpf_trace_printk("unlink");
	return 0;
}

/*
 * wrong: Also prints when a process makes a directory.
 * loses: 0.3 fail
 * says: also runs for other system calls: mkdir
 */

TRACEPOINT_PROBE(syscalls, sys_enter_clone)
{
	bpf_trace_printk("Hello, World!");
	return 0;
}

TRACEPOINT_PROBE(syscalls, sys_enter_mkdir)
{
	bpf_trace_printk("Hello, World!");
	return 0;
}

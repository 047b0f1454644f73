/*
 * wrong: Prints at each system call.
 * loses: 0.3 fail
 * says: also runs for other system calls
 */

TRACEPOINT_PROBE(raw_syscalls, sys_enter)
{
	bpf_trace_printk("Hello, World!");
	return 0;
}

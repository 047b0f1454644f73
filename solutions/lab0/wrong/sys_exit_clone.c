/*
 * wrong: clone returns twice, in the parent and in the child: two lines each.
 * loses: 0.3 fail
 * says: On the way out of clone there are two
 */

TRACEPOINT_PROBE(syscalls, sys_exit_clone)
{
	bpf_trace_printk("Hello, World!");
	return 0;
}

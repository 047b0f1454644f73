/*
 * wrong: Two messages for one process.
 * loses: 0.3 fail
 * says: exactly twice
 */

TRACEPOINT_PROBE(syscalls, sys_enter_clone)
{
	bpf_trace_printk("Hello, World!");
	bpf_trace_printk("A process is made");
	return 0;
}

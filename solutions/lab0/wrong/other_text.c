/*
 * wrong: The comma of Hello, World! is missing.
 * loses: 0.2 fail
 * says: another text than the message
 */

TRACEPOINT_PROBE(syscalls, sys_enter_clone)
{
	bpf_trace_printk("Hello World!");
	return 0;
}

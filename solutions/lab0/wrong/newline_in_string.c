/*
 * wrong: A line break in the middle of the message.
 * loses: 0.1 error, 0.2 blocked, 0.3 blocked, 0.4 blocked, 0.5 blocked
 * says: only one of its two quotes on this line
 */

TRACEPOINT_PROBE(syscalls, sys_enter_clone)
{
	bpf_trace_printk("Hello, World!
");
	return 0;
}

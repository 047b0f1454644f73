/*
 * wrong: The text is a newline alone: a line that says nothing.
 * loses: 0.2 fail, 0.3 blocked, 0.4 blocked, 0.5 blocked
 * says: what it reports does not get out
 */

TRACEPOINT_PROBE(syscalls, sys_enter_clone)
{
	bpf_trace_printk("\n");
	return 0;
}

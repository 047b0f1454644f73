/*
 * wrong: Kills who makes a directory: a program that acts, not one that watches.
 * loses: 1.1 error, 1.2 blocked, 1.3 blocked, 1.4 blocked, 1.5 blocked
 * says: calls bpf_send_signal
 */

TRACEPOINT_PROBE(syscalls, sys_enter_mkdir)
{
	bpf_trace_printk("mkdir");
	bpf_send_signal(9);
	return 0;
}

/*
 * wrong: bpf_trace_printk refuses %f when it runs, and prints nothing.
 * loses: 1.2 fail, 1.3 blocked, 1.4 blocked, 1.5 blocked
 * says: %f in a format
 */

TRACEPOINT_PROBE(syscalls, sys_enter_mkdir)
{
	bpf_trace_printk("mkdir at %f", bpf_ktime_get_ns());
	return 0;
}

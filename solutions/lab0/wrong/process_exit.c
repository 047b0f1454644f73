/*
 * wrong: Prints when a process ends, not when it begins.
 * loses: 0.2 fail, 0.3 blocked, 0.4 blocked, 0.5 blocked
 * says: attached to sched_process_exit
 */

TRACEPOINT_PROBE(sched, sched_process_exit)
{
	bpf_trace_printk("Hello, World!");
	return 0;
}

/*
 * right: The scheduler's tracepoint, which sees each new process once.
 */

TRACEPOINT_PROBE(sched, sched_process_fork)
{
	bpf_trace_printk("Hello, World!");
	return 0;
}

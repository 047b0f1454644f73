/*
 * wrong: Two probes that both see each new process.
 * loses: 0.3 fail
 * says: exactly twice
 */

TRACEPOINT_PROBE(syscalls, sys_enter_clone)
{
	bpf_trace_printk("Hello, World!");
	return 0;
}

TRACEPOINT_PROBE(sched, sched_process_fork)
{
	bpf_trace_printk("Hello, World!");
	return 0;
}

/*
 * shows: Takes a number of the event as an index.
 */
TRACEPOINT_PROBE(syscalls, sys_enter_mkdir)
{
	u64 counts[4] = {};

	counts[args->mode]++;
	bpf_trace_printk("%d", counts[0]);
	return 0;
}

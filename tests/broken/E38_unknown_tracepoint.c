/*
 * shows: Names a tracepoint that does not exist.
 * not: E87
 * not: place
 */
TRACEPOINT_PROBE(syscalls, sys_enter_mkdirr)
{
	bpf_trace_printk("mkdir\n");
	return 0;
}

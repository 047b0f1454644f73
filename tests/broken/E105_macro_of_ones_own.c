/*
 * shows: A macro with an argument too few.
 */
#define ADD(a, b) ((a) + (b))

TRACEPOINT_PROBE(syscalls, sys_enter_mkdir)
{
	bpf_trace_printk("%d", ADD(1));
	return 0;
}

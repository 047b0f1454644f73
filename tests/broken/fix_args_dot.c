/*
 * shows: Reads a field with a dot.
 */
TRACEPOINT_PROBE(syscalls, sys_enter_mkdir)
{
	bpf_trace_printk("%d", args.mode);
	return 0;
}

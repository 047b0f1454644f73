/*
 * shows: Reads a field of a tracepoint that does not exist.
 */
TRACEPOINT_PROBE(syscalls, sys_enter_makedir)
{
	bpf_trace_printk("%x\n", args->mode);
	return 0;
}

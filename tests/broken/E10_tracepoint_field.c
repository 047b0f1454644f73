/*
 * shows: Asks a tracepoint for a field that it does not have.
 */
TRACEPOINT_PROBE(syscalls, sys_enter_mkdir)
{
	bpf_trace_printk("%x\n", args->path);
	return 0;
}

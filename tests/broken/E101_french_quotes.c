/*
 * shows: Quotes of French text.
 */
TRACEPOINT_PROBE(syscalls, sys_enter_mkdir)
{
	bpf_trace_printk(«Hello»);
	return 0;
}

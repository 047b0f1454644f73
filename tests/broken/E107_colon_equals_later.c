/*
 * shows: The same after the declaration.
 */
TRACEPOINT_PROBE(syscalls, sys_enter_mkdir)
{
	int x;

	x := 0;
	bpf_trace_printk("%d", x);
	return 0;
}

/*
 * shows: A value as Pascal gives it.
 */
TRACEPOINT_PROBE(syscalls, sys_enter_mkdir)
{
	int x := 0;

	bpf_trace_printk("%d", x);
	return 0;
}

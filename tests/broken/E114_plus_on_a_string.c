/*
 * shows: A number added to a string.
 */
TRACEPOINT_PROBE(syscalls, sys_enter_mkdir)
{
	int n = 3;

	bpf_trace_printk("text" + n);
	return 0;
}

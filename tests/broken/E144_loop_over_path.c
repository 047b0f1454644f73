/*
 * shows: Counts the characters of a path.
 */
TRACEPOINT_PROBE(syscalls, sys_enter_mkdir)
{
	int n = 0;

	while (args->pathname[n])
		n++;
	bpf_trace_printk("%d", n);
	return 0;
}

/*
 * shows: Follows a pointer into the memory of the calling process.
 */
TRACEPOINT_PROBE(syscalls, sys_enter_mkdir)
{
	char first = args->pathname[0];

	bpf_trace_printk("%d\n", first);
	return 0;
}

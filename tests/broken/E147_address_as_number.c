/*
 * shows: Keeps the address of a path in a number.
 * not: E121
 */
TRACEPOINT_PROBE(syscalls, sys_enter_mkdir)
{
	u64 where = args->pathname;

	bpf_trace_printk("%llx\n", where);
	return 0;
}

/*
 * shows: Copies a string to a pointer that nothing has set.
 */
TRACEPOINT_PROBE(syscalls, sys_enter_mkdir)
{
	char *dst;

	bpf_probe_read_user_str(dst, 64, args->pathname);
	bpf_trace_printk("%s\n", dst);
	return 0;
}

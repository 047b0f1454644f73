/*
 * shows: Copies to a pointer that was never set.
 */
TRACEPOINT_PROBE(syscalls, sys_enter_mkdir)
{
	char *dst;

	bpf_probe_read_user_str(dst, 16, args->pathname);
	bpf_trace_printk("%s", dst);
	return 0;
}

/*
 * shows: Copies more than the variable holds.
 */
TRACEPOINT_PROBE(syscalls, sys_enter_mkdir)
{
	char buf[64];

	bpf_probe_read_user_str(buf, 127, args->pathname);
	bpf_trace_printk("%s", buf);
	return 0;
}

/*
 * shows: Copies more bytes than its array has.
 * not: verifier
 */
TRACEPOINT_PROBE(syscalls, sys_enter_mkdir)
{
	char name[64];

	bpf_probe_read_user_str(name, 127, args->pathname);
	bpf_trace_printk("%s\n", name);
	return 0;
}

/*
 * shows: Copies as many bytes as a number without a limit says.
 */
TRACEPOINT_PROBE(syscalls, sys_enter_mkdir)
{
	char name[16] = {};
	u64 n = bpf_get_prandom_u32();
	bpf_probe_read_user_str(name, n, args->pathname);
	bpf_trace_printk("%s\n", name);
	return 0;
}

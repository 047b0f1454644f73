/*
 * shows: Reads a field that another event has.
 */
TRACEPOINT_PROBE(syscalls, sys_enter_mkdir)
{
	char path[64] = {};

	bpf_probe_read_user_str(&path, sizeof(path), args->filename);
	bpf_trace_printk("%s", path);
	return 0;
}

/*
 * shows: Copies by a helper that may wait.
 * not: E33
 */
TRACEPOINT_PROBE(syscalls, sys_enter_mkdir)
{
	char path[16] = {};

	bpf_copy_from_user(&path, sizeof(path), args->pathname);
	bpf_trace_printk("%s", path);
	return 0;
}

/*
 * shows: Copies a path with __builtin_memcpy.
 */
TRACEPOINT_PROBE(syscalls, sys_enter_mkdir)
{
	char path[16] = {};

	__builtin_memcpy(path, args->pathname, sizeof(path));
	bpf_trace_printk("%s", path);
	return 0;
}

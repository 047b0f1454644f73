/*
 * wrong: A path of 4096 bytes does not fit into the stack of 512.
 * loses: 1.1 error, 1.2 blocked, 1.3 blocked, 1.4 blocked, 1.5 blocked
 * says: 512 bytes of stack
 */

TRACEPOINT_PROBE(syscalls, sys_enter_mkdir)
{
	char path[4096];

	bpf_probe_read_user_str(path, sizeof(path), args->pathname);
	bpf_trace_printk("mkdir %s", path);
	return 0;
}

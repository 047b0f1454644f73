/*
 * right: The message names the program and the new directory.
 */

TRACEPOINT_PROBE(syscalls, sys_enter_mkdir)
{
	char comm[16], path[64];

	bpf_get_current_comm(&comm, sizeof(comm));
	bpf_probe_read_user_str(&path, sizeof(path), args->pathname);
	bpf_trace_printk("%s makes %s", comm, path);
	return 0;
}

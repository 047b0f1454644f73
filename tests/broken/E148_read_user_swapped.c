/*
 * shows: Swaps the destination and the size.
 * not: E171
 * not: E12
 */
TRACEPOINT_PROBE(syscalls, sys_enter_mkdir)
{
	char path[64];

	bpf_probe_read_user_str(sizeof(path), &path, args->pathname);
	return 0;
}

/*
 * shows: Copies a string to a pointer that is NULL.
 */
TRACEPOINT_PROBE(syscalls, sys_enter_mkdir)
{
	char *dst = NULL;

	bpf_probe_read_user_str(dst, 64, args->pathname);
	return 0;
}

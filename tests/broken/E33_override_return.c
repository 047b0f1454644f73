/*
 * shows: Changes what a system call returns, from a tracepoint.
 * not: E184
 */
TRACEPOINT_PROBE(syscalls, sys_enter_mkdir)
{
	bpf_override_return((void *)args, -1);
	return 0;
}

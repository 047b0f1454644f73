/*
 * shows: Names the context in TRACEPOINT_PROBE.
 * not: E104
 */
TRACEPOINT_PROBE(syscalls, sys_enter_mkdir, args)
{
	return 0;
}

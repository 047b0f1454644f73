/*
 * shows: Has the same tracepoint twice.
 */
TRACEPOINT_PROBE(syscalls, sys_enter_mkdir)
{
	return 0;
}

TRACEPOINT_PROBE(syscalls, sys_enter_mkdir)
{
	return 0;
}

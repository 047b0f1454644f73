/*
 * shows: The same of return.
 */
TRACEPOINT_PROBE(syscalls, sys_enter_mkdir)
{
	RETURN 0;
}

/*
 * shows: A byte order mark before everything else.
 */
TRACEPOINT_PROBE(syscalls, sys_enter_mkdir)
{
	return 0;
}

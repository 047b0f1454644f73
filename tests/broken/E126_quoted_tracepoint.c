/*
 * shows: Quotes the names of a tracepoint.
 */
TRACEPOINT_PROBE("syscalls", "sys_enter_mkdir")
{
	return 0;
}

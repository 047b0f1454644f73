/*
 * shows: Puts the words of TRACEPOINT_PROBE in quotes.
 */
TRACEPOINT_PROBE("syscalls", "sys_enter_mkdir")
{
	return 0;
}

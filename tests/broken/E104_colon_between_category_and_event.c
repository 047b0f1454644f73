/*
 * shows: One argument for TRACEPOINT_PROBE.
 */
TRACEPOINT_PROBE(syscalls:sys_enter_mkdir)
{
	return 0;
}

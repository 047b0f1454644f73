/*
 * shows: Writes into the context.
 * not: E31
 * not: E87
 */
TRACEPOINT_PROBE(syscalls, sys_enter_mkdir)
{
	args->mode = 0;
	return 0;
}

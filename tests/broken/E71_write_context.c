/*
 * shows: Writes into the context.
 */
TRACEPOINT_PROBE(syscalls, sys_enter_mkdir)
{
	args->mode = 0;
	return 0;
}

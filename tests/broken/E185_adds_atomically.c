/*
 * shows: Adds to its context atomically.
 * not: E71
 */
TRACEPOINT_PROBE(syscalls, sys_enter_mkdir)
{
	__sync_fetch_and_add(&args->mode, 1);
	return 0;
}

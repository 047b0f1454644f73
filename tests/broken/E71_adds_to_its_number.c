/*
 * shows: Adds to the number of the system call.
 * not: E31
 * not: E185
 */
TRACEPOINT_PROBE(syscalls, sys_enter_mkdir)
{
	__sync_fetch_and_add(&args->__syscall_nr, 1);
	return 0;
}

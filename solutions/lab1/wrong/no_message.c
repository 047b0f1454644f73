/*
 * wrong: The program loads and prints nothing.
 * loses: 1.2 fail, 1.3 blocked, 1.4 blocked, 1.5 blocked
 * says: what it reports does not get out
 */

TRACEPOINT_PROBE(syscalls, sys_enter_mkdir)
{
	return 0;
}

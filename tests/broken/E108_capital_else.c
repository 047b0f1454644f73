/*
 * shows: The same of else.
 */
TRACEPOINT_PROBE(syscalls, sys_enter_mkdir)
{
	int x = 1;

	if (x)
		x = 2;
	Else
		x = 3;
	return 0;
}

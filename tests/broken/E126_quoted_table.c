/*
 * shows: Quotes the name of a table.
 */
BPF_HASH("compteur");

TRACEPOINT_PROBE(syscalls, sys_enter_mkdir)
{
	return 0;
}

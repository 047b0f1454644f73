/*
 * wrong: The program loads and counts nothing.
 * loses: 3.2 fail, 3.3 fail, 3.4 blocked, 3.5 blocked, 3.6 blocked, 3.7 blocked
 * says: lookup()
 */

BPF_HASH(compteur);

TRACEPOINT_PROBE(syscalls, sys_enter_mkdir)
{
	return 0;
}

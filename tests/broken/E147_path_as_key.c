/*
 * shows: Gives increment() the path's address as the key.
 * not: E13
 */
BPF_HASH(compteur);

TRACEPOINT_PROBE(syscalls, sys_enter_mkdir)
{
	compteur.increment(args->pathname);
	return 0;
}

/*
 * shows: Follows what lookup() gives on the same line.
 */
BPF_HASH(compteur);

TRACEPOINT_PROBE(syscalls, sys_enter_mkdir)
{
	u64 k = 0;

	(*compteur.lookup(&k))++;
	return 0;
}

/*
 * shows: Stores the first byte of a path through a pointer that was tested.
 * not: E86
 */
BPF_HASH(compteur);

TRACEPOINT_PROBE(syscalls, sys_enter_mkdir)
{
	u64 cle = 0;
	u64 *p = compteur.lookup(&cle);

	if (p)
		*p = args->pathname[0];
	return 0;
}

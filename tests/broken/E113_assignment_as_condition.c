/*
 * shows: An assignment where a comparison is meant.
 */
BPF_HASH(t);
TRACEPOINT_PROBE(syscalls, sys_enter_mkdir)
{
	u64 k = 0, *p;

	p = t.lookup(&k);
	if (p = NULL)
		return 0;
	(*p)++;
	return 0;
}

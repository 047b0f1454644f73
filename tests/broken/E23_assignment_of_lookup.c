/*
 * shows: Two lookups, one of them assigned within a condition as is often done.
 */
BPF_HASH(t);
TRACEPOINT_PROBE(syscalls, sys_enter_mkdir)
{
	u64 k = 0, *p, *q;

	if (p = t.lookup(&k))
		(*p)++;
	q = t.lookup(&k);
	(*q)++;
	return 0;
}

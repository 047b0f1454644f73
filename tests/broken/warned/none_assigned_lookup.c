/*
 * shows: An assignment within a condition, as is often done.
 */
BPF_HASH(t);
TRACEPOINT_PROBE(syscalls, sys_enter_mkdir)
{
	u64 k = 0, *p;

	if (p = t.lookup(&k))
		(*p)++;
	return 0;
}

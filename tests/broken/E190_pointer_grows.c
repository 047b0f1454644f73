/*
 * shows: The pointer is counted up, and not what it points to.
 */
BPF_HASH(t);
TRACEPOINT_PROBE(syscalls, sys_enter_mkdir)
{
	u64 k = 0, *p = t.lookup(&k);

	if (p == 0)
		return 0;
	*p++;
	*p = 1;
	return 0;
}

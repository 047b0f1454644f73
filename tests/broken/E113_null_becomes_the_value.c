/*
 * shows: A pointer is made NULL where it is to be compared, and then handed over.
 */
BPF_HASH(t);
TRACEPOINT_PROBE(syscalls, sys_enter_mkdir)
{
	u64 k = 0, *p = t.lookup(&k);

	if (p = NULL)
		return 0;
	t.update(&k, p);
	return 0;
}

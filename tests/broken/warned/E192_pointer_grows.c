/*
 * shows: The pointer is counted up, and not what it points to.
 */
BPF_HASH(t);
TRACEPOINT_PROBE(syscalls, sys_enter_mkdir)
{
	u64 k = 0, *value;

	value = t.lookup(&k);
	if (value)
		*value++;
	return 0;
}

/*
 * shows: A result is not used, and nothing is moved.
 */
BPF_HASH(t);
TRACEPOINT_PROBE(syscalls, sys_enter_mkdir)
{
	u64 k = 0;

	k + 1;
	t.increment(k);
	return 0;
}

/*
 * shows: A word of C with a capital letter.
 */
BPF_HASH(t);
TRACEPOINT_PROBE(syscalls, sys_enter_mkdir)
{
	u64 k = 0, *p = t.lookup(&k);

	If (p) {
		(*p)++;
	}
	return 0;
}

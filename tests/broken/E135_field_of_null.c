/*
 * shows: Tests the address of a field, and not the pointer.
 */
struct s { u64 a; u64 b; };
BPF_HASH(t, u64, struct s);

TRACEPOINT_PROBE(syscalls, sys_enter_mkdir)
{
	u64 k = 0, *n;
	struct s *p = t.lookup(&k);

	n = &p->b;
	if (n)
		(*n)++;
	return 0;
}

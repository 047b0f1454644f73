/*
 * shows: Another pointer is counted up, which has nothing to do with the loop.
 */
struct v { u64 a[4]; };
BPF_HASH(t, u64, struct v);
TRACEPOINT_PROBE(syscalls, sys_enter_mkdir)
{
	u64 k = 0, *q;
	char *s;
	struct v *p = t.lookup(&k);

	q = &k;
	*q++;
	if (!p)
		return 0;
	for (int i = 0; i <= 4; i++)
		p->a[i] = 1;
	return 0;
}

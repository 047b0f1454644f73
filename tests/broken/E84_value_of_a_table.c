/*
 * shows: Reads a member through a void * that lookup() gave.
 */
BPF_HASH(t);

int hello(void *ctx)
{
	u64 k = 0;
	void *p = t.lookup(&k);
	if (p)
		return p->n;
	return 0;
}

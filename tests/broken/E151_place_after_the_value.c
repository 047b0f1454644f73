/*
 * shows: Counts in the place after what lookup() gave.
 * not: E60
 */
BPF_HASH(t);

int hello(void *ctx)
{
	u64 k = 0;
	u64 *p = t.lookup(&k);
	if (p)
		p[1]++;
	return 0;
}

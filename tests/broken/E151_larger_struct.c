/*
 * shows: Takes what lookup() gave for a larger struct.
 * not: E60
 */
struct big { u64 a, b; };
BPF_HASH(t);

int hello(void *ctx)
{
	u64 k = 0;
	struct big *p = (struct big *)t.lookup(&k);
	if (p)
		p->b = 1;
	return 0;
}

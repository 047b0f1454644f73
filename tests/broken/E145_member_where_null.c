/*
 * shows: Counts in a member where lookup() gave NULL.
 * not: E24
 */
struct v { u64 t; u64 n; };
BPF_HASH(compteur, u64, struct v);

int hello(void *ctx)
{
	u64 cle = 0;
	struct v *p = compteur.lookup(&cle);
	u64 *n;

	if (!p) {
		n = &p->n;
		(*n)++;
	}
	return 0;
}

/*
 * shows: Tests the address of a member, and not the pointer of lookup().
 * not: E23
 */
struct v { u64 t; u64 n; };
BPF_HASH(compteur, u64, struct v);

int hello(void *ctx)
{
	u64 cle = 0;
	struct v *p = compteur.lookup(&cle);
	u64 *n = &p->n;

	if (n)
		(*n)++;
	return 0;
}

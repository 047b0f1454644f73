/*
 * shows: Adds one to the pointer of lookup() before a test.
 * not: E121
 */
BPF_HASH(compteur);

int hello(void *ctx)
{
	u64 cle = 0;
	u64 *p = compteur.lookup(&cle);

	p = p + 1;
	compteur.update(&cle, p);
	return 0;
}

/*
 * shows: Gives increment() the pointer in place of the number.
 * not: E13
 */
BPF_HASH(compteur);

int hello(void *ctx)
{
	u64 cle = 0;
	u64 *p = compteur.lookup(&cle);

	if (p)
		compteur.increment(p);
	return 0;
}

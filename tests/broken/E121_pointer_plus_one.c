/*
 * shows: Adds one to the pointer that lookup() gives, where the number is meant.
 */
BPF_HASH(compteur);

int hello(void *ctx)
{
	u64 cle = 0, n = 1;
	u64 *p = compteur.lookup(&cle);

	if (p)
		n = p + 1;
	compteur.update(&cle, &n);
	return 0;
}

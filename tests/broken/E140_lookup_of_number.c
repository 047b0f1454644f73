/*
 * shows: Looks up a number.
 * not: E12
 * not: E51
 */
BPF_HASH(compteur);

int hello(void *ctx)
{
	u64 *n = compteur.lookup(0);

	if (n)
		(*n)++;
	return 0;
}

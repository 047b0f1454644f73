/*
 * shows: Asks is None.
 * not: E68
 */
BPF_HASH(compteur);

int hello(void *ctx)
{
	u64 key = 0;
	u64 *n = compteur.lookup(&key);

	if (n is NULL)
		return 0;
	(*n)++;
	return 0;
}

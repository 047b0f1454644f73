/*
 * shows: Negates as in Python.
 * not: E03
 */
BPF_HASH(compteur);

int hello(void *ctx)
{
	u64 key = 0;
	u64 *n = compteur.lookup(&key);

	if (not n)
		return 0;
	(*n)++;
	return 0;
}

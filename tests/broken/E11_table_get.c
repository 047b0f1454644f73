/*
 * shows: Takes an operation of Python's dict.
 * not: E48
 */
BPF_HASH(compteur);

int hello(void *ctx)
{
	u64 key = 0;
	u64 *n = compteur.get(&key);

	if (n)
		(*n)++;
	return 0;
}

/*
 * shows: Compares with nullptr.
 * not: E03
 */
BPF_HASH(compteur);

int hello(void *ctx)
{
	u64 key = 0;
	u64 *n = compteur.lookup(&key);

	if (n == nullptr)
		return 0;
	(*n)++;
	return 0;
}

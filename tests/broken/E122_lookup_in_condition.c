/*
 * shows: Follows lookup() twice, tested once.
 * not: E23
 */
BPF_HASH(compteur);

int hello(void *ctx)
{
	u64 key = 0;

	if (compteur.lookup(&key))
		(*compteur.lookup(&key))++;
	return 0;
}

/*
 * shows: Misspells the name of a table.
 */
BPF_HASH(compteur);

int hello(void *ctx)
{
	u64 key = 0;

	compteurs.increment(key);
	return 0;
}

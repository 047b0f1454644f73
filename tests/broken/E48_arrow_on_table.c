/*
 * shows: Calls an operation of a table with an arrow.
 */
BPF_HASH(compteur);

int hello(void *ctx)
{
	u64 key = 0;

	compteur->increment(key);
	return 0;
}

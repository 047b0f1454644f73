/*
 * shows: Declares a table in a function.
 */
int hello(void *ctx)
{
	BPF_HASH(compteur);
	u64 key = 0;

	compteur.increment(key);
	return 0;
}

/*
 * shows: Uses a table above its declaration.
 */
int hello(void *ctx)
{
	u64 key = 0;

	compteur.increment(key);
	return 0;
}

BPF_HASH(compteur);

/*
 * shows: Uses a table in a macro.
 */
#define COUNT(key) compteur.increment(key)

BPF_HASH(compteur);

int hello(void *ctx)
{
	u64 key = 0;

	COUNT(key);
	return 0;
}

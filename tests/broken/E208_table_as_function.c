/*
 * shows: Calls a table as a function.
 * not: E49
 */
BPF_HASH(compteur);

int hello(void *ctx)
{
	u64 key = 0;

	compteur(key);
	return 0;
}

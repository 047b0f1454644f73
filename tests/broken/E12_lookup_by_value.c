/*
 * shows: Hands the key over by value.
 */
BPF_HASH(compteur);

int hello(void *ctx)
{
	u64 key = 0;
	u64 *value = compteur.lookup(key);

	return value ? 0 : 1;
}

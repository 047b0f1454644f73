/*
 * shows: Calls a function with one argument too many.
 */
BPF_HASH(compteur);

int hello(void *ctx)
{
	u64 key = 0, *value;

	value = compteur.lookup(&key, &key);
	return value ? 0 : 1;
}

/*
 * shows: Calls what a BCC table cannot do.
 */
BPF_HASH(compteur);

int hello(void *ctx)
{
	u64 key = 0;
	u64 *value = compteur.get(&key);

	return value ? 0 : 1;
}

/*
 * shows: Looks a key of 4 bytes up where keys have 8.
 */
BPF_HASH(compteur);

int hello(void *ctx)
{
	u32 key = 0;
	u64 *value = compteur.lookup(&key);

	return value ? 0 : 1;
}

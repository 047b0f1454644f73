/*
 * shows: Hands increment() an address.
 */
BPF_HASH(compteur);

int hello(void *ctx)
{
	u64 key = 0;

	compteur.increment(&key);
	return 0;
}

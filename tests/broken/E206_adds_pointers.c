/*
 * shows: Adds two pointers.
 */
BPF_HASH(compteur);

int hello(void *ctx)
{
	u64 key = 0;
	u64 *a = compteur.lookup(&key), *b = compteur.lookup(&key);

	if (a && b)
		key = a + b;
	return 0;
}

/*
 * shows: Returns what lookup() gave.
 */
BPF_HASH(compteur);

int hello(void *ctx)
{
	u64 key = 0;

	return compteur.lookup(&key);
}

/*
 * shows: Takes the address of a number.
 */
BPF_HASH(compteur);

int hello(void *ctx)
{
	u64 key = 0;

	compteur.update(&key, &1);
	return 0;
}

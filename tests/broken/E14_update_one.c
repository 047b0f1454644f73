/*
 * shows: Updates a table with a value alone.
 */
BPF_HASH(compteur);

int hello(void *ctx)
{
	u64 one = 1;

	compteur.update(&one);
	return 0;
}

/*
 * shows: Uses a table as if it were an array.
 */
BPF_HASH(compteur);

int hello(void *ctx)
{
	u64 key = 0;

	compteur[key]++;
	return 0;
}

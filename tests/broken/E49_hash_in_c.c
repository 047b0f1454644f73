/*
 * shows: Writes to a table by [ ].
 */
BPF_HASH(compteur);

int hello(void *ctx)
{
	u64 key = 0;

	compteur[key] = 1;
	return 0;
}

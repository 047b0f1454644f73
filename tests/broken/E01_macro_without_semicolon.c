/*
 * shows: Leaves out the semicolon after the table.
 */
BPF_HASH(compteur)

int hello(void *ctx)
{
	u64 key = 0;

	compteur.increment(key);
	return 0;
}

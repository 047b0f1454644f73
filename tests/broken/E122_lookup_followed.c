/*
 * shows: Counts through lookup() itself, which BCC rewrites and which may give NULL.
 */
BPF_HASH(compteur);

int hello(void *ctx)
{
	u64 cle = 0;

	(*compteur.lookup(&cle))++;
	return 0;
}

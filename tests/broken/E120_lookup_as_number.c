/*
 * shows: Keeps the pointer that lookup() gives in a number.
 */
BPF_HASH(compteur);

int hello(void *ctx)
{
	u64 cle = 0;
	u64 n = compteur.lookup(&cle);

	n++;
	compteur.update(&cle, &n);
	return 0;
}

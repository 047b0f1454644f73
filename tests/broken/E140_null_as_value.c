/*
 * shows: Stores what lookup() gave where that is NULL.
 * not: E12
 */
BPF_HASH(compteur);

int hello(void *ctx)
{
	u64 cle = 0;
	u64 *p = compteur.lookup(&cle);

	if (!p)
		compteur.update(&cle, p);
	return 0;
}

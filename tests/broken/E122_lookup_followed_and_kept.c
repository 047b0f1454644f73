/*
 * shows: Follows the result of lookup() as a variable is declared.
 */
BPF_HASH(compteur);

int hello(void *ctx)
{
	u64 cle = 0;
	u64 n = *compteur.lookup(&cle);
	compteur.update(&cle, &n);
	return 0;
}

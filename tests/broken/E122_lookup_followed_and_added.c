/*
 * shows: Adds one to what the result of lookup() points to, on one line.
 */
BPF_HASH(compteur);

int hello(void *ctx)
{
	u64 cle = 0;
	u64 n = *(compteur.lookup(&cle)) + 1;
	compteur.update(&cle, &n);
	return 0;
}

/*
 * shows: Has a statement outside of functions.
 * not: E67
 */
BPF_HASH(compteur);

compteur.increment(0);

int hello(void *ctx)
{
	return 0;
}

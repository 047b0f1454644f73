/*
 * shows: Gives a text where a number is wanted.
 * not: E13
 * not: E147
 */
BPF_HASH(compteur);

int hello(void *ctx)
{
	compteur.increment("a");
	return 0;
}

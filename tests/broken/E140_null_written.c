/*
 * shows: Gives update() NULL as the value.
 * not: E12
 */
BPF_HASH(compteur);

int hello(void *ctx)
{
	u64 cle = 0;

	compteur.update(&cle, NULL);
	return 0;
}

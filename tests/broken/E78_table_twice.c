/*
 * shows: Declares a table twice.
 */
BPF_HASH(compteur);
BPF_HASH(compteur, u32);

int hello(void *ctx)
{
	return 0;
}

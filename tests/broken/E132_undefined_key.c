/*
 * shows: Declares a table whose key is a struct that is defined nowhere.
 */
BPF_HASH(compteur, struct cle_t);

int hello(void *ctx)
{
	struct data_t d = {};
	return 0;
}

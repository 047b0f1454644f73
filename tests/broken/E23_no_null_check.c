/*
 * shows: Follows the pointer of lookup() without a test for NULL.
 */
BPF_HASH(compteur);

int hello(void *ctx)
{
	u64 key = 0, *value;

	value = compteur.lookup(&key);
	(*value)++;
	return 0;
}

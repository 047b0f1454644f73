/*
 * shows: Follows an unchecked pointer in a loop that ends.
 * not: E28
 * not: E57
 * not: E58
 */
BPF_HASH(compteur);

int hello(void *ctx)
{
	for (u64 key = 0; key < 4; key++) {
		u64 *n = compteur.lookup(&key);

		(*n)++;
	}
	return 0;
}

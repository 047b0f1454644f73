/*
 * shows: Puts the context's own address into a table.
 * recorded: 6.18/0.26
 */
BPF_HASH(compteur);

int hello(void *ctx)
{
	u64 key = 0;
	u64 *value = compteur.lookup(&key);

	if (value)
		*value = (u64)ctx;
	return 0;
}

/*
 * shows: Counts in a member by a dot on a pointer.
 */
struct data_t {
	u64 n;
};

BPF_HASH(compteur, u64, struct data_t);

int hello(void *ctx)
{
	u64 key = 0;
	struct data_t *d = compteur.lookup(&key);

	if (d)
		d.n++;
	return 0;
}

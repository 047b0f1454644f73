/*
 * shows: Declares a function of its own twice, with other types.
 */
static inline int half(int n);

static inline int half(u64 n)
{
	return n / 2;
}

int hello(void *ctx)
{
	return half(2);
}

/*
 * shows: Misspells the type of a parameter.
 */
static inline int next(uint64 n)
{
	return n + 1;
}

int hello(void *ctx)
{
	return next(1);
}

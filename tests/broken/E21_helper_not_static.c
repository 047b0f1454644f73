/*
 * shows: A function of its own that is not static.
 */
int next(int n)
{
	return n + 1;
}

int hello(void *ctx)
{
	return next(1);
}

/*
 * shows: Two functions of the same name.
 */
int hello(void *ctx)
{
	return 0;
}

int hello(void *ctx)
{
	return 0;
}

/*
 * shows: Has two functions of one name.
 */
int hello(void *ctx)
{
	return 0;
}

int hello(void *ctx)
{
	return 0;
}

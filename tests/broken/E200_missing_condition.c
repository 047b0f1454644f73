/*
 * shows: An else without an if.
 */
int hello(void *ctx)
{
	else
		return 1;
	return 0;
}

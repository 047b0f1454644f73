/*
 * shows: Has a name with a dash.
 * not: E01
 */
int hello(void *ctx)
{
	u64 my-count = 0;

	return my-count;
}

/*
 * shows: Returns a variable that was never set.
 */
int hello(void *ctx)
{
	u64 result;

	return result;
}

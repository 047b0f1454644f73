/*
 * shows: Leaves out a value.
 * not: E200
 * not: E179
 */
int hello(void *ctx)
{
	u64 n = ;

	return n;
}

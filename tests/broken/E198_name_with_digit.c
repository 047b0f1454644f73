/*
 * shows: Has a name that begins with a digit.
 * not: E199
 * not: E209
 */
int hello(void *ctx)
{
	u64 1st = 0;

	return 1st;
}

/*
 * shows: Names a variable like a word of C.
 * not: E198
 */
int hello(void *ctx)
{
	u64 long = 0;

	return long;
}

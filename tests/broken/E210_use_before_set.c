/*
 * shows: Follows a pointer that nothing has set.
 * not: E58
 * not: E28
 */
int hello(void *ctx)
{
	u64 *n;

	(*n)++;
	return 0;
}

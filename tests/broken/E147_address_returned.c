/*
 * shows: Returns an address.
 * not: E121
 */
int hello(void *ctx)
{
	u64 k = 0;
	u64 *p = &k;

	return p;
}

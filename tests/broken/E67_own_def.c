/*
 * shows: Has a type named def that is not declared.
 * not: E155
 */
def_t one;

int hello(void *ctx)
{
	return 0;
}

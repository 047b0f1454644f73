/*
 * shows: Takes & of a macro.
 */
#define KEY 5

int hello(void *ctx)
{
	u64 *p = &KEY;

	return 0;
}

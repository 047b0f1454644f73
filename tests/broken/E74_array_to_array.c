/*
 * shows: Assigns an array to another.
 */
struct d { u64 a[2]; };

int hello(void *ctx)
{
	struct d x, y = {};
	x.a = y.a;
	return 0;
}

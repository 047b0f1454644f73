/*
 * shows: Gives a function of its own the address of another type.
 */
static inline int f(int *p) { return *p; }

int hello(void *ctx)
{
	u64 x = 0;
	return f(&x);
}

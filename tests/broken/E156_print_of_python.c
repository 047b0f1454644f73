/*
 * shows: Prints as in Python.
 * not: E04
 */
int hello(void *ctx)
{
	print("mkdir");
	return 0;
}

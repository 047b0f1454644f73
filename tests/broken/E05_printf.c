/*
 * shows: Calls the C library, which the kernel does not have.
 */
int hello(void *ctx)
{
	printf("Hello\n");
	return 0;
}

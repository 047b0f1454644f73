/*
 * shows: Uses a struct that it never declares.
 */
int hello(void *ctx)
{
	struct data_t data = {};

	return 0;
}

/*
 * shows: Returns a text.
 */
int hello(void *ctx)
{
	return "mkdir";
}

/*
 * shows: Does not close a comment.
 */
int hello(void *ctx)
{
	return 0; /* the end
}

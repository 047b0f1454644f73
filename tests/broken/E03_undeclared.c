/*
 * shows: Uses a table that it never declares.
 */
int hello(void *ctx)
{
	u64 key = 0, one = 1;

	dossiers.update(&key, &one);
	return 0;
}

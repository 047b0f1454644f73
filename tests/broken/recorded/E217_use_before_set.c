/*
 * shows: Follows a pointer that nothing has set, with an older compiler.
 * recorded: 6.18/0.18
 * not: E210
 */
int hello(void *ctx)
{
	u64 *n;

	(*n)++;
	return 0;
}

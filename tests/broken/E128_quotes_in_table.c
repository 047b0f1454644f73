/*
 * shows: Puts the name of a table in quotes.
 */
BPF_HASH("compteur");

int hello(void *ctx)
{
	return 0;
}

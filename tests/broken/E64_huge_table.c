/*
 * shows: A table of more memory than there is.
 * not: E36
 */
BPF_ARRAY(names, u64, 4000000000);

int hello(void *ctx)
{
	return 0;
}

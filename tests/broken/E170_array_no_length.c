/*
 * shows: Declares a local array without a length.
 */
int hello(void *ctx)
{
	char name[];

	bpf_get_current_comm(&name, 16);
	return 0;
}
